using EdgeFleet.Benchmarks;

// By hand: dotnet run -c Release --project tests/Benchmarks -- gateway [--quick] | telemetry
// The other words are for the processes that it starts itself.
switch (args)
{
    case ["gateway", .. var options]:
        return await GatewayBenchmark.RunAsync(options);
    case ["telemetry"]:
        await TelemetryBenchmark.RunAsync(minutes: 60);
        return 0;
    case ["serve", var folder]:
        return await GatewayHost.RunAsync(folder);
    case ["load", .. var options]:
        return LoadGenerator.Run(LoadPlan.Parse(options));
    default:
        Console.Error.WriteLine("usage: gateway [--quick] [--runs N] [--only ours|mosquitto] | telemetry");
        return 2;
}
