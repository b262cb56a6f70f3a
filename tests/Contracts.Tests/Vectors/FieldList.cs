using System.Collections;
using System.Globalization;
using System.Reflection;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Contracts.Tests.Vectors;

/// <summary>
/// All public fields of a message, one line each, as far as they count: of arrays the first so many that a count field
/// announces, and nothing of what a flag calls absent. A field that is added to a message is in the list by itself.
/// </summary>
internal static class FieldList
{
    /// <summary>The lines.</summary>
    public static string Of(object message)
    {
        var lines = new List<string>();
        Add(lines, "", message);
        return string.Join('\n', lines);
    }

    private static void Add(List<string> lines, string name, object? value)
    {
        switch (value)
        {
            case null:
                lines.Add(name + " = null");
                break;
            case byte[] bytes:
                lines.Add($"{name} = {Convert.ToHexStringLower(bytes)}");
                break;
            case string or ValueType and not DecimalValue:
                lines.Add($"{name} = {Convert.ToString(value, CultureInfo.InvariantCulture)}");
                break;
            case DecimalValue number:
                lines.Add($"{name} = {number.Mantissa}e{number.Exponent}");
                break;
            case IEnumerable items:
                int index = 0;
                foreach (object item in items)
                    Add(lines, $"{name}[{index++}]", item);
                lines.Add($"{name}.Count = {index}");
                break;
            default:
                foreach (FieldInfo field in value.GetType().GetFields(BindingFlags.Public | BindingFlags.Instance))
                {
                    if (Counts(value, field))
                        Add(lines, name + "." + field.Name, Cut(value, field));
                }
                break;
        }
    }

    private static bool Counts(object owner, FieldInfo field) => (owner, field.Name) switch
    {
        (DesiredState state, nameof(DesiredState.Config)) => state.HasConfig,
        (DesiredState state, nameof(DesiredState.Target)) => state.HasTarget,
        (ReportedState state, nameof(ReportedState.FirmwareDigest)) => state.HasFirmwareDigest,
        (ReportedState state, nameof(ReportedState.Update)) => state.HasUpdate,
        (ReportedState state, nameof(ReportedState.BoardStatus)) => state.HasBoardStatus,
        (UpdateStatus update, nameof(UpdateStatus.Target)) => update.HasTarget,
        _ => true,
    };

    private static object? Cut(object owner, FieldInfo field) => (owner, field.Name) switch
    {
        (BlockAnswer m, nameof(BlockAnswer.Data)) => m.Data[..m.DataLength],
        (CommandReply m, nameof(CommandReply.Data)) => m.Data[..m.DataLength],
        (WaveformChunk m, nameof(WaveformChunk.Data)) => m.Data[..m.DataLength],
        (ModesConfig m, nameof(ModesConfig.LowMilliHz)) => m.LowMilliHz[..m.BandCount],
        (ModesConfig m, nameof(ModesConfig.HighMilliHz)) => m.HighMilliHz[..m.BandCount],
        (NodeConfig m, nameof(NodeConfig.Thresholds)) => m.Thresholds[..m.ThresholdCount],
        _ => field.GetValue(owner),
    };
}
