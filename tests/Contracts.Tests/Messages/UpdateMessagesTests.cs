using System.Globalization;
using EdgeFleet.Contracts.Tests.Vectors;

namespace EdgeFleet.Contracts.Tests.Messages;

/// <summary>Ranges and defaults inside the maps that tell of updates.</summary>
public sealed class UpdateMessagesTests
{
    private const long UInt32 = 4_294_967_295;
    private const long Utc = 4_102_444_800_000;

    /// <summary>Kind, key of the map, key in it, field, and the least and largest number.</summary>
    public static TheoryData<string, int, int, string, long, long> Numbers() => new()
    {
        { "desired-state", 3, 2, ".Target.TotalBytes", 0, UInt32 },
        { "desired-state", 3, 3, ".Target.EnvelopeBytes", 0, UInt32 },
        { "desired-state", 3, 4, ".Target.Attempt", 0, UInt32 },
        { "desired-state", 3, 5, ".Target.ApplyFromMs", -Utc, Utc },
        { "desired-state", 3, 6, ".Target.ApplyUntilMs", -Utc, Utc },
        { "reported-state", 30, 4, ".Update.FetchedBytes", 0, UInt32 },
        { "reported-state", 30, 5, ".Update.TotalBytes", 0, UInt32 },
        { "reported-state", 30, 8, ".Update.BootAttempts", 0, UInt32 },
        { "reported-state", 30, 9, ".Update.Attempt", 0, UInt32 },
        { "reported-state", 30, 10, ".Update.SecurityCounter", 0, UInt32 },
        { "reported-state", 31, 3, ".BoardStatus.Interlocks", 0, int.MaxValue },
        { "reported-state", 31, 4, ".BoardStatus.ChunksProduced", 0, UInt32 },
        { "reported-state", 31, 5, ".BoardStatus.ChunksDropped", 0, UInt32 },
    };

    /// <summary>Kind, key of the map, key in it, field, its default; null where the key must be there.</summary>
    public static TheoryData<string, int, int, string, string?> Defaults() => new()
    {
        { "desired-state", 3, 1, ".Target.Digest", null },
        { "desired-state", 3, 2, ".Target.TotalBytes", null },
        { "desired-state", 3, 3, ".Target.EnvelopeBytes", null },
        { "desired-state", 3, 4, ".Target.Attempt", "0" },
        { "desired-state", 3, 5, ".Target.ApplyFromMs", "0" },
        { "desired-state", 3, 6, ".Target.ApplyUntilMs", "0" },
        { "reported-state", 30, 1, ".Update.State", null },
        { "reported-state", 30, 2, ".Update.Reason", null },
        { "reported-state", 30, 3, ".Update.HasTarget", "False" },
        { "reported-state", 30, 4, ".Update.FetchedBytes", "0" },
        { "reported-state", 30, 5, ".Update.TotalBytes", "0" },
        { "reported-state", 30, 6, ".Update.Running", "Golden" },
        { "reported-state", 30, 7, ".Update.Confirmed", "False" },
        { "reported-state", 30, 8, ".Update.BootAttempts", "0" },
        { "reported-state", 30, 9, ".Update.Attempt", "0" },
        { "reported-state", 30, 10, ".Update.SecurityCounter", "0" },
        { "reported-state", 31, 1, ".BoardStatus.HardwareClass", "" },
        { "reported-state", 31, 2, ".BoardStatus.RuntimeVersion", "" },
        { "reported-state", 31, 3, ".BoardStatus.Interlocks", "0" },
        { "reported-state", 31, 4, ".BoardStatus.ChunksProduced", "0" },
        { "reported-state", 31, 5, ".BoardStatus.ChunksDropped", "0" },
    };

    [Theory]
    [MemberData(nameof(Numbers))]
    public void A_number_is_read_within_its_range_and_refused_beyond(
        string kind, int map, int key, string field, long least, long most)
    {
        foreach (long number in new[] { least, most })
        {
            string line = $"{field} = {number.ToString(CultureInfo.InvariantCulture)}";
            Assert.Contains(line, Reading.Fields(kind, Changed(kind, map, key, number)).Split('\n'));
        }
        foreach (long number in new[] { least - 1, most + 1, long.MinValue, long.MaxValue })
            Assert.Equal(ContractError.OutOfRange, Reading.Error(kind, Changed(kind, map, key, number)));
    }

    /// <summary>States, reasons and slots without a name here are still numbers of a byte.</summary>
    [Theory]
    [InlineData(1, ".Update.State")]
    [InlineData(2, ".Update.Reason")]
    [InlineData(6, ".Update.Running")]
    public void A_name_that_is_not_known_yet_is_its_number(int key, string field)
    {
        Assert.Contains($"{field} = 255", Reading.Fields("reported-state", Changed("reported-state", 30, key, 255)).Split('\n'));
        foreach (int number in new[] { -1, 256 })
            Assert.Equal(ContractError.OutOfRange, Reading.Error("reported-state", Changed("reported-state", 30, key, number)));
    }

    [Theory]
    [MemberData(nameof(Defaults))]
    public void A_key_that_is_left_out_has_its_default(string kind, int map, int key, string field, string? value)
    {
        TreeMap message = Reading.Full(kind);
        object read = MessageCodec.New(kind);
        Assert.Equal(ContractError.None, MessageCodec.Read(read, new(Tree.Bytes(message))));
        message.Set(map, ((TreeMap)message[map]!).Without(key));
        ContractError error = MessageCodec.Read(read, new(Tree.Bytes(message)));
        Assert.Equal(value is null ? ContractError.MissingField : ContractError.None, error);
        if (value is not null)
            Assert.Contains($"{field} = {value}", FieldList.Of(read).Split('\n'));
    }

    [Fact]
    public void Digests_and_names_are_held_to_their_form()
    {
        foreach (int length in new[] { 0, 31 })
        {
            Assert.Equal(ContractError.OutOfRange, Reading.Error("desired-state", Changed("desired-state", 3, 1, new byte[length])));
            Assert.Equal(ContractError.OutOfRange, Reading.Error("reported-state", Changed("reported-state", 30, 3, new byte[length])));
        }
        Assert.Equal(ContractError.TooLong, Reading.Error("desired-state", Changed("desired-state", 3, 1, new byte[33])));
        Assert.Equal(ContractError.InvalidName, Reading.Error("reported-state", Changed("reported-state", 31, 1, "ESP32_S3")));
        Assert.Equal(ContractError.TooLong, Reading.Error("reported-state", Changed("reported-state", 31, 2, new string('v', 33))));
    }

    /// <summary>A node that is told nothing of a bundle has none, whatever it was told before.</summary>
    [Theory]
    [InlineData("desired-state", 3, ".HasTarget")]
    [InlineData("reported-state", 30, ".HasUpdate")]
    [InlineData("reported-state", 31, ".HasBoardStatus")]
    public void A_map_that_is_left_out_is_not_there(string kind, int map, string flag)
    {
        object read = MessageCodec.New(kind);
        Assert.Equal(ContractError.None, MessageCodec.Read(read, new(Tree.Bytes(Reading.Full(kind)))));
        Assert.Contains($"{flag} = True", FieldList.Of(read).Split('\n'));
        Assert.Equal(ContractError.None, MessageCodec.Read(read, new(Tree.Bytes(Reading.Full(kind).Without(map)))));
        Assert.Contains($"{flag} = False", FieldList.Of(read).Split('\n'));
    }

    private static TreeMap Changed(string kind, int map, int key, object value)
    {
        TreeMap message = Reading.Full(kind);
        ((TreeMap)message[map]!).Set(key, value);
        return message;
    }
}
