using System.Globalization;
using System.Reflection;
using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Updates;
using EdgeFleet.Nodes;

namespace EdgeFleet.Firmware.Tests.Core;

/// <summary>
/// What a node's buffers take of a board's memory: the numbers in all arrays that hang on it once it is put together, by
/// the part whose class has them. Objects' own fields and headers come on top. The README has the figures.
/// </summary>
public sealed class MemoryTests
{
    [Fact]
    public void The_buffers_of_both_nodes_are_those_of_the_readme()
    {
        SortedDictionary<string, long> air = Buffers(AirBoxNode.Create(
            new NodeSettings(), Ports(),
            [new TestSensor((Channels.Pm25, Units.MicrogramsPerCubicMetre, -1), (Channels.Temperature, Units.Celsius, -2))]));
        SortedDictionary<string, long> bridge = Buffers(
            BridgeNode.Create(new NodeSettings(), Ports(), new TestAccelerometer()));
        string readme = FlashLifeTests.Readme();
        List<string> rows = [];
        foreach (string part in air.Keys.Union(bridge.Keys).Order(StringComparer.Ordinal))
            rows.Add($"| {part} | {N(air.GetValueOrDefault(part))} | {N(bridge.GetValueOrDefault(part))} |");
        rows.Add($"| all | {N(air.Values.Sum())} | {N(bridge.Values.Sum())} |");
        Assert.All(rows, row => Assert.Contains(row, readme));
    }

    [Fact]
    public void What_slots_take_more_is_what_the_readme_says()
    {
        NodePorts ports = Ports();
        ports.Slots = new SlotFiles(ports.Storage);
        long with = Buffers(AirBoxNode.Create(new NodeSettings(), ports, [])).Values.Sum();
        long without = Buffers(AirBoxNode.Create(new NodeSettings(), Ports(), [])).Values.Sum();
        string sentence = $"Where there are slots for updates, they take {N(with - without)} more";
        Assert.True(FlashLifeTests.Readme().Contains(sentence, StringComparison.Ordinal), $"firmware/README.md does not say: {sentence}");
    }

    private static NodePorts Ports() =>
        new(new QuietLink(), new QuietStorage(), new TestClock(), new SeededEntropy(1), new TestBoard());

    private static SortedDictionary<string, long> Buffers(object node)
    {
        SortedDictionary<string, long> bytes = new(StringComparer.Ordinal);
        HashSet<object> seen = new(ReferenceEqualityComparer.Instance);
        Stack<(object Item, string Part)> left = new([(node, "")]);
        while (left.TryPop(out (object Item, string Part) next))
        {
            Type type = next.Item.GetType();
            if (type.IsPrimitive || type.IsEnum || next.Item is string || !seen.Add(next.Item))
                continue;
            if (next.Item is Array array)
            {
                Type element = type.GetElementType()!;
                // A reference has four bytes on the board.
                int size = element.IsPrimitive ? System.Runtime.InteropServices.Marshal.SizeOf(element) : 4;
                bytes[next.Part] = bytes.GetValueOrDefault(next.Part) + (long)array.Length * (element == typeof(bool) ? 1 : size);
                if (!element.IsPrimitive)
                {
                    foreach (object? item in array)
                    {
                        if (item != null)
                            left.Push((item, next.Part));
                    }
                }
                continue;
            }
            // The node's own classes and the contract's, not the test's ports.
            bool ours = type.Assembly == typeof(NodeRuntime).Assembly || type.Assembly == typeof(BridgeNode).Assembly
                || type.Assembly == typeof(Limits).Assembly;
            if (!ours)
                continue;
            string part = type.Assembly == typeof(Limits).Assembly && next.Part.Length != 0
                ? next.Part : type.Namespace!.Split('.')[^1];
            for (Type? level = type; level != null; level = level.BaseType)
            {
                foreach (FieldInfo field in level.GetFields(
                    BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                {
                    if (field.GetValue(next.Item) is { } value)
                        left.Push((value, part));
                }
            }
        }
        return bytes;
    }

    private static string N(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
