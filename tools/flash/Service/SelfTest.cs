
namespace EdgeFleet.Flash.Service;

/// <summary>A node's own test of its sensors, asked for over the service as a command.</summary>
internal sealed class SelfTest(FleetClient client, FlashHost host)
{
    private sealed record Order(long Id);

    private sealed record DeviceCommand(string State, string? Text);

    /// <summary>
    /// Asks for the test and waits for its end. Nodes whose sensors cannot test themselves, as those of an Air Box, say so; a
    /// service without commands is older than this tool.
    /// </summary>
    /// <returns>What came of it, for people; null: the service cannot ask for it.</returns>
    /// <exception cref="FlashException">The test failed, or the node does not answer.</exception>
    public async Task<string?> RunAsync(string device, CancellationToken cancel)
    {
        Order order;
        try
        {
            order = await client.PostAsync<Order>(
                "/api/v1/commands", new { Type = "selfTest", Devices = new[] { device }, ExpiresInS = (int)host.Patience.Sensors.TotalSeconds }, cancel);
        }
        catch (FlashException e) when (e.Failure == Failure.NotFound)
        {
            return null;
        }
        long since = host.Time.GetTimestamp();
        while (true)
        {
            Page<DeviceCommand> page = await client.GetAsync<Page<DeviceCommand>>($"/api/v1/commands/{order.Id}/devices", cancel);
            DeviceCommand? command = page.Items.FirstOrDefault();
            switch (command?.State)
            {
                case "done":
                    return command.Text ?? "passed";
                case "unsupported":
                    return "none on this node";
                case "failed":
                    throw new FlashException(Failure.SensorFault, $"{device}: the sensor's own test failed{(command.Text is { } text ? ": " + text : "")}.",
                        "Look after wiring and supply of that sensor (hardware/troubleshooting.md); then run this again.");
                case "expired":
                    throw Silent(device);
            }
            if (host.Time.GetElapsedTime(since) >= host.Patience.Sensors)
                throw Silent(device);
            await Task.Delay(host.Poll, host.Time, cancel);
        }
    }

    private static FlashException Silent(string device) => new(
        Failure.NodeSilent, $"{device} reports, and does not answer a command.", "Look at its page, and run this again.");
}
