using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Senml;

namespace EdgeFleet.Contracts.Tests.Senml;

/// <summary>How records are resolved beyond the RFC's examples, and what is refused by which name.</summary>
public sealed class SenmlRulesTests
{
    /// <summary>RFC 8428 section 4.5.4: what is absent of value and base value counts as zero; so for sums.</summary>
    [Fact]
    public void Base_value_and_base_sum_are_added_from_where_they_stand()
    {
        List<SenmlRecord> records = Read(
            """
            [
              {"n":"a","v":1,"s":10},
              {"n":"b","bv":100,"v":2.5},
              {"n":"c"},
              {"n":"d","bs":1000,"s":20,"v":3},
              {"n":"e","s":30},
              {"n":"f","vb":true},
              {"n":"g","bv":-100,"bs":-1000,"v":1}
            ]
            """);
        AssertNumbers(records[0], value: 1, sum: 10);
        AssertNumbers(records[1], value: 102.5, sum: null);
        AssertNumbers(records[2], value: 100, sum: null);
        AssertNumbers(records[3], value: 103, sum: 1020);
        AssertNumbers(records[4], value: 100, sum: 1030);
        // A record with another kind of value does not get a number beside it.
        Assert.True(records[5].Bool);
        AssertNumbers(records[5], value: null, sum: 1000);
        AssertNumbers(records[6], value: -99, sum: -1000);
    }

    [Fact]
    public void A_sum_alone_is_enough()
    {
        SenmlRecord record = Assert.Single(Read("""[{"n":"energy","u":"J","s":7.5}]"""));
        AssertNumbers(record, value: null, sum: 7.5);
    }

    [Fact]
    public void Base_fields_hold_until_they_are_set_anew()
    {
        List<SenmlRecord> records = Read(
            """
            [
              {"bn":"x:","bt":1000,"bu":"V","n":"a","t":1,"v":1},
              {"n":"b","u":"A","t":2,"v":1},
              {"bt":2000,"bu":"W","n":"c","v":1},
              {"bn":"y:","n":"d","t":-3,"ut":60,"v":1}
            ]
            """);
        Assert.Equal(["x:a V 1001", "x:b A 1002", "x:c W 2000", "y:d W 1997"],
            records.Select(r => $"{r.Name} {r.Unit} {r.Time}"));
        Assert.Equal([0, 0, 0, 60], records.Select(r => r.UpdateTime));
    }

    /// <summary>Below 2^28 seconds a time counts from now (section 4.5.3); resolving leaves it as it is.</summary>
    [Fact]
    public void Times_keep_their_sign_and_fraction()
    {
        List<SenmlRecord> records = Read(
            """[{"bt":-10.5,"n":"a","v":1},{"n":"b","t":-5,"v":1},{"bt":268435456,"n":"c","t":-0.25,"v":1}]""");
        Assert.Equal([-10.5, -15.5, 268435455.75], records.Select(r => r.Time));
    }

    /// <summary>A second reading with the same reader starts from nothing: no base field of the pack before is left.</summary>
    [Fact]
    public void A_pack_owes_nothing_to_the_one_before()
    {
        byte[] first = SenmlPack.FromJson("""[{"bn":"x:","bt":9,"bu":"V","bv":5,"bs":7,"n":"a","v":1}]""");
        byte[] second = SenmlPack.FromJson("""[{"n":"b","v":1}]""");
        CborReader cbor = new(first);
        SenmlReader reader = new(cbor);
        SenmlRecord record = new();
        Assert.True(reader.TryBegin() && reader.TryReadRecord(record));
        Assert.Equal("x:a", record.Name);
        cbor.Reset(second, 0, second.Length);
        Assert.True(reader.TryBegin() && reader.TryReadRecord(record));
        Assert.Equal("b", record.Name);
        Assert.Equal("", record.Unit);
        Assert.Equal(0, record.Time);
        AssertNumbers(record, value: 1, sum: null);
    }

    /// <summary>
    /// Up to 10 the version is RFC 8428's; above, RFC 9100 makes it a set of features: 26 is that and secondary units.
    /// </summary>
    [Theory]
    [InlineData("1", ContractError.None)]
    [InlineData("5", ContractError.None)]
    [InlineData("10", ContractError.None)]
    [InlineData("11", ContractError.UnsupportedSenml)]
    [InlineData("16", ContractError.UnsupportedSenml)]
    [InlineData("25", ContractError.UnsupportedSenml)]
    [InlineData("26", ContractError.None)]
    [InlineData("27", ContractError.UnsupportedSenml)]
    [InlineData("58", ContractError.UnsupportedSenml)]
    [InlineData("9007199254740991", ContractError.UnsupportedSenml)]
    [InlineData("-1", ContractError.OutOfRange)]
    [InlineData("\"10\"", ContractError.WrongType)]
    public void Base_versions(string version, ContractError expected)
    {
        AssertError($$"""[{"bver":{{version}},"n":"a","v":1}]""", expected);
    }

    /// <summary>Section 4.4: a label that ends in '_' must be understood or the pack refused; others may be ignored.</summary>
    [Theory]
    [InlineData("""[{"n":"a","v":1,"extra":[1,{"x":null}]}]""", ContractError.None)]
    [InlineData("""[{"n":"a","v":1,"extra_":1}]""", ContractError.UnsupportedSenml)]
    [InlineData("""[{"n":"a","v":1,"_":1}]""", ContractError.UnsupportedSenml)]
    [InlineData("""[{"n":"a","v":1,"st_":1}]""", ContractError.UnsupportedSenml)]
    [InlineData("""[{"n":"a","v":1,"_extra":1}]""", ContractError.None)]
    [InlineData("""[{"n":"a","v":1,"":1}]""", ContractError.None)]
    [InlineData("""[{"n":"a","v":1,"ST":1,"sta":1,"s\u0000":1,"e":1,"du":1,"durs":1,"Q":"x"}]""", ContractError.None)]
    public void Labels_that_must_be_understood(string json, ContractError expected)
    {
        AssertError(json, expected);
    }

    [Theory]
    [InlineData("[]", ContractError.NoWindow)]
    [InlineData("{}", ContractError.WrongType)]
    [InlineData("[1]", ContractError.WrongType)]
    [InlineData("[{}]", ContractError.InvalidName)]
    [InlineData("""[{"n":"a"}]""", ContractError.MissingField)]
    [InlineData("""[{"v":1}]""", ContractError.InvalidName)]
    [InlineData("""[{"n":"a","v":1,"vb":true}]""", ContractError.DuplicateKey)]
    [InlineData("""[{"n":"a","vs":"x","vd":"eA"}]""", ContractError.DuplicateKey)]
    [InlineData("""[{"n":"a","v":1,"v":2}]""", ContractError.DuplicateKey)]
    [InlineData("""[{"bn":"a","bn":"b","v":2}]""", ContractError.DuplicateKey)]
    [InlineData("""[{"n":"a","v":1,"q":1,"q":1}]""", ContractError.DuplicateKey)]
    [InlineData("""[{"n":"a","v":"1"}]""", ContractError.WrongType)]
    [InlineData("""[{"n":"a","v":true}]""", ContractError.WrongType)]
    [InlineData("""[{"n":"a","vb":1}]""", ContractError.WrongType)]
    [InlineData("""[{"n":"a","vs":1}]""", ContractError.WrongType)]
    [InlineData("""[{"n":1,"v":1}]""", ContractError.WrongType)]
    [InlineData("""[{"n":"a","v":1,"t":"now"}]""", ContractError.WrongType)]
    [InlineData("""[{"n":"a","bv":1e308,"v":1e308}]""", ContractError.NotFinite)]
    [InlineData("""[{"n":"a","bs":-1e308,"s":-1e308}]""", ContractError.NotFinite)]
    [InlineData("""[{"n":"a","bt":1e308,"t":1e308,"v":1}]""", ContractError.NotFinite)]
    public void Faults_are_named(string json, ContractError expected)
    {
        AssertError(json, expected);
    }

    /// <summary>Section 4.5.1: letters, digits and - : . / _ , the first a letter or digit.</summary>
    [Theory]
    [InlineData("a", true)]
    [InlineData("7", true)]
    [InlineData("Zz09-:./_", true)]
    [InlineData("-a", false)]
    [InlineData(":a", false)]
    [InlineData("_a", false)]
    [InlineData("a b", false)]
    [InlineData("a+b", false)]
    [InlineData("caf\u00e9", false)]
    [InlineData("a\\u0000", false)]
    public void Names_have_the_characters_of_the_rfc(string name, bool valid)
    {
        ContractError expected = valid ? ContractError.None : ContractError.InvalidName;
        AssertError($$"""[{"n":"{{name}}","v":1}]""", expected);
        AssertError($$"""[{"bn":"{{name}}","v":1}]""", expected);
    }

    [Fact]
    public void Lengths_end_at_their_bounds()
    {
        AssertBound(Limits.MaxSenmlName, n => $$"""[{"n":"{{new string('a', n)}}","v":1}]""");
        AssertBound(Limits.MaxSenmlName, n => $$"""[{"bn":"{{new string('a', n - 5)}}","n":"bcdef","v":1}]""");
        AssertBound(Limits.MaxUnit, n => $$"""[{"n":"a","u":"{{new string('u', n)}}","v":1}]""");
        AssertBound(Limits.MaxUnit, n => $$"""[{"n":"a","bu":"{{new string('u', n)}}","v":1}]""");
        AssertBound(Limits.MaxText, n => $$"""[{"n":"a","v":1,"{{new string('x', n)}}":1}]""");
        AssertBound(Limits.MaxPayload, n => $$"""[{"n":"a","vs":"{{new string('x', n)}}"}]""");
        AssertBound(Limits.MaxRecords,
            n => "[" + string.Join(",", Enumerable.Repeat("""{"n":"a","v":1}""", n)) + "]");
        AssertBound(32, n => """[{"n":"a","v":1,"""
            + string.Join(",", Enumerable.Range(0, n - 2).Select(i => $"\"x{i}\":0")) + "}]");
    }

    [Fact]
    public void A_pack_ends_with_its_last_record()
    {
        byte[] pack = SenmlPack.FromJson("""[{"n":"a","v":1},{"n":"b","v":2}]""");
        SenmlPack.Read([.. pack, 0x00], out ContractError error);
        Assert.Equal(ContractError.TrailingBytes, error);
        for (int length = 0; length < pack.Length; length++)
        {
            SenmlPack.Read(pack[..length], out error);
            Assert.Equal(ContractError.Truncated, error);
        }
        // Also where the last record only sets the stage for others that do not come.
        pack = SenmlPack.FromJson("""[{"n":"a","v":1},{"bn":"x"}]""");
        Assert.Single(SenmlPack.ReadAll(pack));
        SenmlPack.Read([.. pack, 0x00], out error);
        Assert.Equal(ContractError.TrailingBytes, error);
    }

    [Fact]
    public void Labels_beyond_the_table_are_passed_over()
    {
        // {0: "a", 2: 1, 9: [1], -7: "x", 1000: {}, -9223372036854775808: true}
        byte[] pack = Convert.FromHexString("81a600616102010981012661781903e8a03b7ffffffffffffffff5");
        AssertNumbers(Assert.Single(SenmlPack.ReadAll(pack)), value: 1, sum: null);
    }

    private static List<SenmlRecord> Read(string json) => SenmlPack.ReadAll(SenmlPack.FromJson(json));

    private static void AssertBound(int most, Func<int, string> json)
    {
        AssertError(json(most), ContractError.None);
        AssertError(json(most + 1), ContractError.TooLong);
    }

    private static void AssertError(string json, ContractError expected)
    {
        SenmlPack.Read(SenmlPack.FromJson(json), out ContractError error);
        Assert.True(expected == error, $"{json}: {error}, not {expected}");
    }

    private static void AssertNumbers(SenmlRecord record, double? value, double? sum)
    {
        Assert.Equal(value, record.HasValue ? record.Value : null);
        Assert.Equal(sum, record.HasSum ? record.Sum : null);
    }
}
