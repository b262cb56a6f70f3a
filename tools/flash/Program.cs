using EdgeFleet.Flash;

return await CommandLine.RunAsync(args, new FlashHost());
