using EdgeFleet.Service.Features.AirQuality;

namespace EdgeFleet.Service.Tests.AirQuality;

/// <summary>The correction of low-cost sensors against its published equations, written out as they were published.</summary>
public sealed class SmokeCorrectionTests
{
    public static TheoryData<double> OutdoorValues =>
    [
        0, 5, 29.99, 30, 31, 40, 49.99, 50, 51, 100, 209.99, 210, 211, 235, 259.99, 260, 261, 300, 500, 1000,
    ];

    /// <summary>US EPA, Science Inventory record 353088, slide 26, for the sensor's outdoor value.</summary>
    [Theory]
    [MemberData(nameof(OutdoorValues))]
    public void The_outdoor_value_goes_through_the_five_pieces_of_the_map(double x)
    {
        foreach (double rh in new[] { 0.0, 35, 50, 100 })
        {
            double published = x switch
            {
                < 30 => 0.524 * x - 0.0862 * rh + 5.75,
                < 50 => (0.786 * (x / 20 - 3 / 2.0) + 0.524 * (1 - (x / 20 - 3 / 2.0))) * x - 0.0862 * rh + 5.75,
                < 210 => 0.786 * x - 0.0862 * rh + 5.75,
                < 260 => (0.69 * (x / 50 - 21 / 5.0) + 0.786 * (1 - (x / 50 - 21 / 5.0))) * x
                    - 0.0862 * rh * (1 - (x / 50 - 21 / 5.0)) + 2.966 * (x / 50 - 21 / 5.0)
                    + 5.75 * (1 - (x / 50 - 21 / 5.0)) + 8.84e-4 * x * x * (x / 50 - 21 / 5.0),
                _ => 2.966 + 0.69 * x + 8.84e-4 * x * x,
            };
            Assert.Equal(Math.Max(0, published), SmokeCorrection.FromOutdoor(x, rh), 9);
        }
    }

    /// <summary>
    /// Barkjohn and others 2021, abstract and section 4, for the line; US EPA webinar of 19 May 2021, slide 37, for the
    /// parabola (its 2.97 is 2.966 rounded).
    /// </summary>
    [Theory]
    [InlineData(0, 50, 1.44)]
    [InlineData(10, 50, 6.68)]
    [InlineData(30, 60, 16.298)]
    [InlineData(50, 50, 27.64)]
    [InlineData(100, 50, 53.84)]
    [InlineData(100, 0, 58.15)]
    [InlineData(300, 50, 158.64)]
    [InlineData(315, 50, 166.5)]
    [InlineData(400, 50, 249.846)]
    [InlineData(400, 90, 249.846)]
    [InlineData(600, 30, 420.446)]
    public void CF1_goes_through_the_line_and_in_smoke_through_the_parabola(double factory, double humidity, double corrected) =>
        Assert.Equal(corrected, SmokeCorrection.FromFactory(factory, humidity), 6);

    /// <summary>
    /// The sensor makes the outdoor value of CF=1: alike below 30 ug/m3, two thirds above 75. So the two equations must
    /// agree there, or one of them was fed with the other's value.
    /// </summary>
    [Fact]
    public void Both_values_of_a_sensor_give_the_same_air()
    {
        for (double factory = 0; factory < 1500; factory += 0.5)
        {
            if (factory is >= 30 and < 75)
                continue;
            double outdoor = factory < 30 ? factory : factory / SmokeCorrection.FactoryPerOutdoor;
            double expected = SmokeCorrection.FromOutdoor(outdoor, 45);
            Assert.InRange(SmokeCorrection.FromFactory(factory, 45), expected * 0.9995 - 0.001, expected * 1.0005 + 0.001);
        }
    }

    [Fact]
    public void Nothing_jumps_and_more_dust_is_never_less()
    {
        double factoryBefore = 0;
        double outdoorBefore = 0;
        for (double value = 0; value < 1500; value += 0.1)
        {
            double factory = SmokeCorrection.FromFactory(value, 60);
            double outdoor = SmokeCorrection.FromOutdoor(value, 60);
            if (value > 0)
            {
                Assert.InRange(factory - factoryBefore, 0, 0.3);
                Assert.InRange(outdoor - outdoorBefore, 0, 0.4);
            }
            (factoryBefore, outdoorBefore) = (factory, outdoor);
        }
    }

    [Theory]
    [InlineData(-5, 0, 5.75)]
    [InlineData(-5, 100, 0)]
    [InlineData(0, 100, 0)]
    [InlineData(5, 99, 0)]
    public void Less_than_nothing_is_nothing(double value, double humidity, double corrected)
    {
        Assert.Equal(corrected, SmokeCorrection.FromFactory(value, humidity), 6);
        Assert.Equal(corrected, SmokeCorrection.FromOutdoor(value, humidity), 6);
    }

    [Theory]
    [InlineData(-0.1, false)]
    [InlineData(0, true)]
    [InlineData(100, true)]
    [InlineData(100.1, false)]
    [InlineData(double.NaN, false)]
    public void A_humidity_is_between_nothing_and_all(double humidity, bool can) =>
        Assert.Equal(can, SmokeCorrection.IsHumidity(humidity));
}
