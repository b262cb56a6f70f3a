using EdgeFleet.Cli;

return await CommandLine.Create().Parse(args).InvokeAsync();
