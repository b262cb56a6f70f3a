using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Contracts.Tests.Vectors;

/// <summary>The golden bytes of <c>shared/vectors</c> against their notation, our readers and our writers.</summary>
public sealed class VectorTests
{
    public static TheoryData<string, string> Names()
    {
        TheoryData<string, string> names = new();
        foreach (Vector vector in VectorFile.All)
            names.Add(vector.Kind, vector.Name);
        return names;
    }

    public static TheoryData<string, string> WrittenNames()
    {
        TheoryData<string, string> names = new();
        foreach (Vector vector in VectorFile.All)
        {
            if (!Expected.Of(vector.Kind, vector.Name).ReadOnly)
                names.Add(vector.Kind, vector.Name);
        }
        return names;
    }

    /// <summary>No message is without vectors, and at least two of each are ones that we write.</summary>
    [Fact]
    public void Every_kind_of_message_has_vectors()
    {
        Assert.Equal(MessageCodec.Kinds(), VectorFile.All.Select(v => v.Kind).Distinct());
        Assert.Equal(VectorFile.All.Count, VectorFile.All.DistinctBy(v => (v.Kind, v.Name)).Count());
        foreach (string kind in MessageCodec.Kinds())
            Assert.InRange(WrittenNames().Count(row => row.Data.Item1 == kind), 2, 8);
    }

    /// <summary>Boards have the vectors as source, made by another reader of the files: all of them, byte for byte.</summary>
    [Fact]
    public void Boards_have_the_same_vectors()
    {
        IEnumerable<string> ofBoards = GoldenVectors.Bytes().Select((bytes, i) =>
            $"{GoldenVectors.Kinds()[i]}/{GoldenVectors.Names()[i]} {Convert.ToHexString(bytes)}");
        IEnumerable<string> ofFiles = VectorFile.All.Select(v => $"{v.Kind}/{v.Name} {Convert.ToHexString(v.Bytes)}");
        Assert.Equal(ofFiles.Order(StringComparer.Ordinal), ofBoards.Order(StringComparer.Ordinal));
        Assert.Equal(GoldenVectors.Count, VectorFile.All.Count);
    }

    /// <summary>Both halves of a vector say the same, to a reader that is not ours.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Bytes_are_what_the_notation_says(string kind, string name)
    {
        Vector vector = VectorFile.Get(kind, name);
        Assert.Equal(vector.Diag, TheirDiagnostic.Of(vector.Bytes));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Readers_find_every_field(string kind, string name)
    {
        object message = MessageCodec.New(kind);
        Assert.Equal(ContractError.None, MessageCodec.Read(message, new(VectorFile.Get(kind, name).Bytes)));
        Assert.Equal(FieldList.Of(Expected.Of(kind, name).Message), FieldList.Of(message));
    }

    [Theory]
    [MemberData(nameof(WrittenNames))]
    public void Writers_make_these_very_bytes(string kind, string name)
    {
        byte[] written = MessageCodec.Write(Expected.Of(kind, name).Message);
        Assert.Equal(
            Convert.ToHexStringLower(VectorFile.Get(kind, name).Bytes), Convert.ToHexStringLower(written));
    }

    /// <summary>Boards read every message into the same object: nothing of the one before may shine through.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_forgets_the_one_before(string kind, string name)
    {
        foreach (Vector before in VectorFile.All.Where(v => v.Kind == kind))
        {
            object message = MessageCodec.New(kind);
            Assert.Equal(ContractError.None, MessageCodec.Read(message, new(before.Bytes)));
            Assert.Equal(ContractError.None, MessageCodec.Read(message, new(VectorFile.Get(kind, name).Bytes)));
            Assert.Equal(FieldList.Of(Expected.Of(kind, name).Message), FieldList.Of(message));
        }
    }

    /// <summary>The configurations of the vectors are ones that every node takes.</summary>
    [Fact]
    public void Configurations_are_valid()
    {
        foreach (Vector vector in VectorFile.All.Where(v => v.Kind == "desired-state"))
        {
            DesiredState state = new();
            Assert.Equal(ContractError.None, state.Read(new CborReader(vector.Bytes)));
            Assert.Equal(ConfigFault.None, state.Config.Validate());
        }
    }

    /// <summary>A slip of the pen in a file must not leave a vector out.</summary>
    [Theory]
    [InlineData("name: a|hex: 00", "x.vec:3")]
    [InlineData("name: a|diag: 0||hex: 00", "x.vec:3")]
    [InlineData("name: a|hex: 00|hex: 00|diag: 0", "x.vec:3")]
    [InlineData("  00", "x.vec:1")]
    [InlineData("name: a|  b|hex: 00|diag: 0", "x.vec:2")]
    [InlineData("nam: a|hex: 00|diag: 0", "x.vec:1")]
    [InlineData("name: a|hex:|  00|diag: 0", "x.vec:2")]
    [InlineData("name: a|hex: 0|diag: 0", "")]
    public void Files_with_a_slip_are_refused(string lines, string place)
    {
        FormatException fault = Assert.Throws<FormatException>(() => VectorFile.Parse("x", lines.Split('|')));
        Assert.StartsWith(place, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vertical")]
    [InlineData("widest")]
    [InlineData("least")]
    public void Waveforms_give_their_samples(string name)
    {
        WaveformChunk chunk = new();
        Assert.Equal(ContractError.None, chunk.Read(new CborReader(VectorFile.Get("waveform-chunk", name).Bytes)));
        int[] decoded = new int[chunk.SampleCount];
        Assert.Equal(ContractError.None, chunk.Decode(decoded, 0));
        Assert.Equal(Expected.Samples(name), decoded);
    }
}
