using EdgeFleet.Cli;

return await CommandLine.RunAsync(args);
