using EdgeFleet.Service.Features.AirQuality;

namespace EdgeFleet.Service.Tests.AirQuality;

/// <summary>Tables, correction and means against what their authors published.</summary>
public sealed class IndexTests
{
    /// <summary>
    /// Both ends of every stretch of the tables of 2024 (EPA-454/B-24-002, table 6), and truncation first: 9.05 is 9.0.
    /// </summary>
    [Theory]
    [InlineData(0.0, 0)]
    [InlineData(9.0, 50)]
    [InlineData(9.05, 50)]
    [InlineData(9.099, 50)]
    [InlineData(9.1, 51)]
    [InlineData(35.4, 100)]
    [InlineData(35.49, 100)]
    [InlineData(35.5, 101)]
    [InlineData(55.4, 150)]
    [InlineData(55.5, 151)]
    [InlineData(125.4, 200)]
    [InlineData(125.5, 201)]
    [InlineData(225.4, 300)]
    [InlineData(225.5, 301)]
    [InlineData(325.4, 500)]
    [InlineData(425.3, 699)]
    [InlineData(12.0, 56)]
    [InlineData(-3.0, 0)]
    public void PM25_has_the_index_of_the_US_table(double concentration, int index) =>
        Assert.Equal(index, UsEpa.Pm25.Index(concentration));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(54, 50)]
    [InlineData(54.99, 50)]
    [InlineData(55, 51)]
    [InlineData(154, 100)]
    [InlineData(155, 101)]
    [InlineData(254, 150)]
    [InlineData(255, 151)]
    [InlineData(354, 200)]
    [InlineData(355, 201)]
    [InlineData(424, 300)]
    [InlineData(425, 301)]
    [InlineData(604, 500)]
    public void PM10_has_the_index_of_the_US_table(double concentration, int index) =>
        Assert.Equal(index, UsEpa.Pm10.Index(concentration));

    /// <summary>The tables from before 2024 gave 50 for 12.0 and 200 for 150.4: many a library still does.</summary>
    [Fact]
    public void The_tables_from_before_2024_are_not_these()
    {
        Assert.NotEqual(50, UsEpa.Pm25.Index(12.0));
        Assert.NotEqual(200, UsEpa.Pm25.Index(150.4));
    }

    /// <summary>
    /// Stations of Taichung and their published indices, 2025-08-29 12:00 (Environmental Protection Bureau of Taichung
    /// City, table of AQI readings). The table shows whole ug/m3: the index must be one that some value rounding to it has.
    /// </summary>
    [Theory]
    [InlineData("Zhongming", 11, 43)]
    [InlineData("Dali", 9, 37)]
    [InlineData("Shalu", 14, 56)]
    [InlineData("Fengyuan", 10, 42)]
    [InlineData("Dajia", 13, 53)]
    [InlineData("Taiping", 13, 52)]
    [InlineData("Wufeng", 10, 40)]
    [InlineData("Wuri", 8, 30)]
    [InlineData("Houli", 16, 62)]
    [InlineData("Dongda", 11, 44)]
    [InlineData("Qingshui", 11, 43)]
    public void PM25_has_the_index_that_Taiwans_stations_publish(string station, int shown, int index) =>
        Assert.True(Enumerable.Range(-5, 10).Any(tenth => TaiwanMoenv.Pm25.Index(shown + (tenth / 10.0)) == index), station);

    /// <summary>Of the same table, stations where PM10 decided.</summary>
    [Theory]
    [InlineData("Xitun", 26, 43)]
    [InlineData("Wenshan", 28, 47)]
    [InlineData("Wuqi", 36, 57)]
    [InlineData("Dadu", 32, 52)]
    [InlineData("Longjing", 29, 48)]
    public void PM10_has_the_index_that_Taiwans_stations_publish(string station, int shown, int index) =>
        Assert.True(TaiwanMoenv.Pm10.Index(shown) == index, station);

    [Theory]
    [InlineData(12.4, 50)]
    [InlineData(12.5, 51)]
    [InlineData(30.4, 100)]
    [InlineData(30.5, 101)]
    [InlineData(50.4, 150)]
    [InlineData(50.5, 151)]
    [InlineData(125.4, 200)]
    [InlineData(125.5, 201)]
    [InlineData(225.4, 300)]
    [InlineData(225.5, 301)]
    [InlineData(325.4, 400)]
    [InlineData(325.5, 401)]
    [InlineData(500.4, 500)]
    public void PM25_has_the_ends_of_Taiwans_table(double concentration, int index) =>
        Assert.Equal(index, TaiwanMoenv.Pm25.Index(concentration));

    [Theory]
    [InlineData(30, 50)]
    [InlineData(31, 51)]
    [InlineData(75, 100)]
    [InlineData(76, 101)]
    [InlineData(190, 150)]
    [InlineData(191, 151)]
    [InlineData(354, 200)]
    [InlineData(355, 201)]
    [InlineData(424, 300)]
    [InlineData(425, 301)]
    [InlineData(604, 500)]
    public void PM10_has_the_ends_of_Taiwans_table(double concentration, int index) =>
        Assert.Equal(index, TaiwanMoenv.Pm10.Index(concentration));

    /// <summary>A line never falls, and no concentration is between two stretches.</summary>
    [Fact]
    public void An_index_never_falls_as_the_air_gets_worse()
    {
        foreach (AqiTable table in new[] { UsEpa.Pm25, UsEpa.Pm10, TaiwanMoenv.Pm25, TaiwanMoenv.Pm10 })
        {
            int before = 0;
            for (int i = 0; i < 70_000; i++)
            {
                int index = table.Index(i / 100.0);
                Assert.InRange(index, before, before + 2);
                before = index;
            }
        }
    }

    /// <summary>
    /// The example of AirNow's answer to "How is the NowCast algorithm used to report current air quality?": the newest
    /// hour first, weight 0.5, 17.4 ug/m3.
    /// </summary>
    [Fact]
    public void NowCast_has_the_value_of_the_published_example()
    {
        double? nowCast = NowCast.Of([13, 16, 10, 21, 74, 64, 53, 82, 90, 75, 80, 50]);
        Assert.Equal(17.4, UsEpa.Pm25.Prepare(nowCast!.Value));
    }

    /// <summary>
    /// AirNow's technical forum, "The NowCast for PM2.5 and PM10" (topic 172): 34.9 ... 35, one hour missing, 21; 28.4
    /// ug/m3. The index of 85 there is of the table before 2024; in the one in force it is 87.
    /// </summary>
    [Fact]
    public void NowCast_has_the_value_of_the_example_with_a_missing_hour()
    {
        double? nowCast = NowCast.Of([21, null, 35, 49.2, 48.6, 53.7, 66.2, 69.2, 64.9, 50, 43, 34.9]);
        Assert.Equal(28.4, UsEpa.Pm25.Prepare(nowCast!.Value));
        Assert.Equal(87, UsEpa.Pm25.Index(nowCast.Value));
    }

    /// <summary>
    /// EPA-454/B-24-002, "Using the table and the equation ...": a PM2.5 value of 35.9 ug/m3 (35.92431999 before it was cut
    /// off) has the index 102.
    /// </summary>
    [Fact]
    public void PM25_has_the_index_of_the_documents_example() => Assert.Equal(102, UsEpa.Pm25.Index(35.92431999));

    /// <summary>
    /// 40 CFR 58, appendix G, note to table 2: what is more than the value for 500 is calculated on the same line. Taiwan's
    /// scale ends at 500. Means are cut off there and rounded here.
    /// </summary>
    [Fact]
    public void Beyond_the_table_one_index_goes_on_and_the_other_stays()
    {
        Assert.Equal((502, 500), (UsEpa.Pm25.Index(326.4), TaiwanMoenv.Pm25.Index(501)));
        Assert.Equal((501, 500), (UsEpa.Pm10.Index(605), TaiwanMoenv.Pm10.Index(605)));
        Assert.Equal(500, TaiwanMoenv.Pm25.Index(1e9));
        Assert.Equal((50, 51), (UsEpa.Pm25.Index(9.0999), TaiwanMoenv.Pm25.Index(12.45)));
        Assert.Equal((50, 51), (TaiwanMoenv.Pm10.Index(30.49), TaiwanMoenv.Pm10.Index(30.5)));
        Assert.Equal(50, UsEpa.Pm10.Index(54.9));
    }

    [Fact]
    public void NowCast_of_steady_air_is_its_mean_and_missing_hours_have_no_weight()
    {
        Assert.Equal(20, NowCast.Of([.. Enumerable.Repeat<double?>(20, 12)])!.Value, 12);
        // Weight 10/20 = 0.5; the second hour is missing, the third counts a quarter: (20 + 2.5) / 1.25.
        Assert.Equal(18, NowCast.Of([20, null, 10])!.Value, 12);
        // Weight 15/20 = 0.75 is above the floor: (20 + 0.75 x 15) / 1.75.
        Assert.Equal((20 + (0.75 * 15)) / 1.75, NowCast.Of([20, 15])!.Value, 12);
        Assert.Equal(0, NowCast.Of([0, 0, -4]));
    }

    [Fact]
    public void NowCast_needs_two_of_the_last_three_hours()
    {
        Assert.NotNull(NowCast.Of([5, 5, null, null]));
        Assert.NotNull(NowCast.Of([null, 5, 5]));
        Assert.Null(NowCast.Of([null, null, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5]));
        Assert.Null(NowCast.Of([5]));
        Assert.Null(NowCast.Of([]));
        // A thirteenth hour is too old to count.
        Assert.Equal(5, NowCast.Of([5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 1000])!.Value, 12);
    }

    [Fact]
    public void Taiwans_mean_is_half_of_twelve_hours_and_half_of_four()
    {
        Assert.Equal((0.5 * 40) + (0.5 * 20), MovingMean.Of([40, 40, 40, 40, 10, 10, 10, 10, 10, 10, 10, 10])!.Value, 12);
        // Six of twelve, two of four.
        Assert.NotNull(MovingMean.Of([1, 1, null, null, 1, 1, 1, 1]));
        Assert.Null(MovingMean.Of([1, null, null, null, 1, 1, 1, 1, 1]));
        Assert.Null(MovingMean.Of([1, 1, 1, 1, 1]));
        Assert.Null(MovingMean.Of([]));
    }

    [Theory]
    [InlineData(0, AqiCategory.Good)]
    [InlineData(50, AqiCategory.Good)]
    [InlineData(51, AqiCategory.Moderate)]
    [InlineData(101, AqiCategory.UnhealthyForSensitiveGroups)]
    [InlineData(151, AqiCategory.Unhealthy)]
    [InlineData(201, AqiCategory.VeryUnhealthy)]
    [InlineData(301, AqiCategory.Hazardous)]
    [InlineData(900, AqiCategory.Hazardous)]
    public void An_index_has_its_category(int index, AqiCategory category) =>
        Assert.Equal(category, AqiTable.Category(index));
}
