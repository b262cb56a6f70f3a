using EdgeFleet.Contracts.Senml;

namespace EdgeFleet.Contracts.Tests.Senml;

/// <summary>The examples of RFC 8428, read to the records that the RFC resolves them to.</summary>
public sealed class Rfc8428Tests
{
    private const string Device = "urn:dev:ow:10e2073a01080063";

    // The RFC's times have milliseconds beside ten digits, where a double is good to some hundred nanoseconds.
    private const double TimeTolerance = 1e-6;

    /// <summary>Section 6: the one example that the RFC gives in CBOR, byte for byte.</summary>
    [Fact]
    public void The_cbor_example_of_section_6()
    {
        byte[] pack = Convert.FromHexString(
            "87a721781b75726e3a6465763a6f773a3130653230373361303130383030363a"
            + "22fb41d303a15b00106223614120050067766f6c7461676501615602fb405e066666666666"
            + "a3006763757272656e74062402fb3ff3333333333333"
            + "a3006763757272656e74062302fb3ff4cccccccccccd"
            + "a3006763757272656e74062202fb3ff6666666666666"
            + "a3006763757272656e74062102f93e00"
            + "a3006763757272656e74062002fb3ff999999999999a"
            + "a3006763757272656e74060002fb3ffb333333333333");
        Assert.Equal(0xC3, pack.Length);
        AssertVoltageAndCurrents(SenmlPack.ReadAll(pack));
    }

    /// <summary>Section 5.1.1.</summary>
    [Fact]
    public void Single_datapoint()
    {
        List<SenmlRecord> records = SenmlPack.ReadAll(SenmlPack.FromJson(
            """[{"n":"urn:dev:ow:10e2073a01080063","u":"Cel","v":23.1}]"""));
        AssertValue(Assert.Single(records), Device, "Cel", 0, 23.1);
    }

    /// <summary>Section 5.1.2, without times.</summary>
    [Fact]
    public void Multiple_datapoints()
    {
        List<SenmlRecord> records = SenmlPack.ReadAll(SenmlPack.FromJson(
            """
            [
              {"bn":"urn:dev:ow:10e2073a01080063:","n":"voltage","u":"V","v":120.1},
              {"n":"current","u":"A","v":1.2}
            ]
            """));
        Assert.Equal(2, records.Count);
        AssertValue(records[0], Device + ":voltage", "V", 0, 120.1);
        AssertValue(records[1], Device + ":current", "A", 0, 1.2);
    }

    /// <summary>Section 5.1.2, with base time, base unit and version.</summary>
    [Fact]
    public void Multiple_datapoints_in_time()
    {
        AssertVoltageAndCurrents(SenmlPack.ReadAll(SenmlPack.FromJson(
            """
            [
              {"bn":"urn:dev:ow:10e2073a0108006:","bt":1.276020076001e+09,"bu":"A","bver":5,
               "n":"voltage","u":"V","v":120.1},
              {"n":"current","t":-5,"v":1.2},
              {"n":"current","t":-4,"v":1.3},
              {"n":"current","t":-3,"v":1.4},
              {"n":"current","t":-2,"v":1.5},
              {"n":"current","t":-1,"v":1.6},
              {"n":"current","v":1.7}
            ]
            """)));
    }

    /// <summary>Section 5.1.3, resolved in section 5.1.4: records without a name of their own.</summary>
    [Fact]
    public void Multiple_measurements()
    {
        List<SenmlRecord> records = SenmlPack.ReadAll(SenmlPack.FromJson(
            """
            [
              {"bn":"urn:dev:ow:10e2073a01080063","bt":1.320067464e+09,"bu":"%RH","v":20},
              {"u":"lon","v":24.30621},
              {"u":"lat","v":60.07965},
              {"t":60,"v":20.3},
              {"u":"lon","t":60,"v":24.30622},
              {"u":"lat","t":60,"v":60.07965},
              {"t":120,"v":20.7},
              {"u":"lon","t":120,"v":24.30623},
              {"u":"lat","t":120,"v":60.07966},
              {"u":"%EL","t":150,"v":98},
              {"t":180,"v":21.2},
              {"u":"lon","t":180,"v":24.30628},
              {"u":"lat","t":180,"v":60.07967}
            ]
            """));
        (string Unit, double Time, double Value)[] resolved =
        [
            ("%RH", 1.320067464e+09, 20), ("lon", 1.320067464e+09, 24.30621), ("lat", 1.320067464e+09, 60.07965),
            ("%RH", 1.320067524e+09, 20.3), ("lon", 1.320067524e+09, 24.30622), ("lat", 1.320067524e+09, 60.07965),
            ("%RH", 1.320067584e+09, 20.7), ("lon", 1.320067584e+09, 24.30623), ("lat", 1.320067584e+09, 60.07966),
            ("%EL", 1.320067614e+09, 98),
            ("%RH", 1.320067644e+09, 21.2), ("lon", 1.320067644e+09, 24.30628), ("lat", 1.320067644e+09, 60.07967),
        ];
        Assert.Equal(resolved.Length, records.Count);
        for (int i = 0; i < resolved.Length; i++)
            AssertValue(records[i], Device, resolved[i].Unit, resolved[i].Time, resolved[i].Value);
    }

    /// <summary>Section 5.1.5.</summary>
    [Fact]
    public void Multiple_data_types()
    {
        byte[] pack = SenmlPack.FromJson(
            """
            [
              {"bn":"urn:dev:ow:10e2073a01080063:","n":"temp","u":"Cel","v":23.1},
              {"n":"label","vs":"Machine Room"},
              {"n":"open","vb":false},
              {"n":"nfc-reader","vd":"aGkgCg"}
            ]
            """);
        List<SenmlRecord> records = SenmlPack.ReadAll(pack);
        Assert.Equal(4, records.Count);
        AssertValue(records[0], Device + ":temp", "Cel", 0, 23.1);
        Assert.Equal(Device + ":label", records[1].Name);
        Assert.Equal("Machine Room", records[1].Text);
        Assert.Equal(Device + ":open", records[2].Name);
        Assert.True(records[2].HasBool);
        Assert.False(records[2].Bool);
        Assert.Equal(Device + ":nfc-reader", records[3].Name);
        Assert.Equal("hi \n"u8.ToArray(), pack.AsSpan(records[3].DataOffset, records[3].DataLength).ToArray());
        // Each record has the one value that it has, and none of the record before it.
        Assert.All(records, r => Assert.Equal(1,
            (r.HasValue ? 1 : 0) + (r.Text is null ? 0 : 1) + (r.HasBool ? 1 : 0) + (r.DataOffset < 0 ? 0 : 1)));
    }

    /// <summary>Section 5.1.6: a base name that gives way to another.</summary>
    [Fact]
    public void Collection_of_resources()
    {
        List<SenmlRecord> records = SenmlPack.ReadAll(SenmlPack.FromJson(
            """
            [
              {"bn":"2001:db8::2/","bt":1.320078429e+09,"n":"temperature","u":"Cel","v":25.2},
              {"n":"humidity","u":"%RH","v":30},
              {"bn":"2001:db8::1/","n":"temperature","u":"Cel","v":12.3},
              {"n":"humidity","u":"%RH","v":67}
            ]
            """));
        Assert.Equal(4, records.Count);
        AssertValue(records[0], "2001:db8::2/temperature", "Cel", 1.320078429e+09, 25.2);
        AssertValue(records[1], "2001:db8::2/humidity", "%RH", 1.320078429e+09, 30);
        AssertValue(records[2], "2001:db8::1/temperature", "Cel", 1.320078429e+09, 12.3);
        AssertValue(records[3], "2001:db8::1/humidity", "%RH", 1.320078429e+09, 67);
    }

    /// <summary>Section 5.1.7: the base name stands alone in a record, which is none of its own.</summary>
    [Fact]
    public void Setting_an_actuator()
    {
        List<SenmlRecord> records = SenmlPack.ReadAll(SenmlPack.FromJson(
            """
            [
              {"bn":"urn:dev:ow:10e2073a01080063:"},
              {"n":"temp","u":"Cel","v":23.1},
              {"n":"heat","u":"/","v":1},
              {"n":"fan","u":"/","v":0}
            ]
            """));
        Assert.Equal(3, records.Count);
        AssertValue(records[0], Device + ":temp", "Cel", 0, 23.1);
        AssertValue(records[1], Device + ":heat", "/", 0, 1);
        AssertValue(records[2], Device + ":fan", "/", 0, 0);
    }

    /// <summary>Section 5.1.7: lights that are to be dimmed together, and what they do a tenth of a second later.</summary>
    [Fact]
    public void Setting_actuators_in_time()
    {
        List<SenmlRecord> records = SenmlPack.ReadAll(SenmlPack.FromJson(
            """
            [
              {"bt":1.320078429e+09,"bu":"/","n":"2001:db8::3","v":0.5},
              {"n":"2001:db8::4","v":0.5},
              {"n":"2001:db8::3","t":0.1,"v":0},
              {"n":"2001:db8::4","t":0.1,"v":0}
            ]
            """));
        Assert.Equal(4, records.Count);
        AssertValue(records[0], "2001:db8::3", "/", 1.320078429e+09, 0.5);
        AssertValue(records[1], "2001:db8::4", "/", 1.320078429e+09, 0.5);
        AssertValue(records[2], "2001:db8::3", "/", 1.3200784291e+09, 0);
        AssertValue(records[3], "2001:db8::4", "/", 1.3200784291e+09, 0);
    }

    /// <summary>Section 2: two records of one sensor, with the name in both and in the base name.</summary>
    [Theory]
    [InlineData("""
        [{"n":"urn:dev:ow:10e2073a01080063","u":"Cel","t":1.276020076e+09,"v":23.5},
         {"n":"urn:dev:ow:10e2073a01080063","u":"Cel","t":1.276020091e+09,"v":23.6}]
        """)]
    [InlineData("""
        [{"bn":"urn:dev:ow:10e2073a01080063","u":"Cel","t":1.276020076e+09,"v":23.5},
         {"u":"Cel","t":1.276020091e+09,"v":23.6}]
        """)]
    public void The_same_with_and_without_a_base_name(string json)
    {
        List<SenmlRecord> records = SenmlPack.ReadAll(SenmlPack.FromJson(json));
        Assert.Equal(2, records.Count);
        AssertValue(records[0], Device, "Cel", 1.276020076e+09, 23.5);
        AssertValue(records[1], Device, "Cel", 1.276020091e+09, 23.6);
    }

    private static void AssertVoltageAndCurrents(List<SenmlRecord> records)
    {
        Assert.Equal(7, records.Count);
        AssertValue(records[0], "urn:dev:ow:10e2073a0108006:voltage", "V", 1.276020076001e+09, 120.1);
        for (int i = 1; i < 7; i++)
        {
            AssertValue(
                records[i], "urn:dev:ow:10e2073a0108006:current", "A", 1.276020070001e+09 + i, (11 + i) / 10.0);
        }
    }

    private static void AssertValue(SenmlRecord record, string name, string unit, double time, double value)
    {
        Assert.Equal(name, record.Name);
        Assert.Equal(unit, record.Unit);
        Assert.Equal(time, record.Time, TimeTolerance);
        Assert.True(record.HasValue);
        Assert.Equal(value, record.Value);
        Assert.False(record.HasSum);
        Assert.False(record.HasWindow);
        Assert.False(record.HasStatistics);
        Assert.Equal(0, record.UpdateTime);
    }
}
