using EdgeFleet.Boards.Esp32;

namespace EdgeFleet.Firmware.Tests.Boards;

/// <summary>The light that technicians read, as hardware/first-power-on.md promises it.</summary>
public sealed class LedTests
{
    private const int StepMs = 50;

    [Theory]
    [InlineData(LedCode.NoNetwork, "2")]
    [InlineData(LedCode.NoGateway, "3")]
    [InlineData(LedCode.NoIdentity, "3+1")]
    [InlineData(LedCode.ClaimPending, "3+2")]
    [InlineData(LedCode.ClaimRefused, "3+3")]
    [InlineData(LedCode.SensorFault, "3+3+1")]
    [InlineData(LedCode.StorageFault, "3+3+3")]
    public void A_code_is_read_as_groups_of_three(LedCode code, string groups)
    {
        List<(bool Lit, int Ms)> runs = Runs(code, LedBlinker.LengthMs(code));
        Assert.All(runs.Where(r => r.Lit), r => Assert.Equal(200, r.Ms));
        Assert.Equal((false, 2000), runs[^1]);
        int[] gaps = [.. runs.Where(r => !r.Lit).Select(r => r.Ms).SkipLast(1)];
        List<int> blinks = [1];
        foreach (int gap in gaps)
        {
            Assert.Contains(gap, (int[])[200, 600]);
            if (gap == 600)
                blinks.Add(1);
            else
                blinks[^1]++;
        }

        Assert.Equal(groups, string.Join('+', blinks));
        Assert.Equal((int)code, blinks.Sum());
    }

    [Fact]
    public void The_longest_code_takes_what_the_page_says() => Assert.Equal(6200, LedBlinker.LengthMs(LedCode.StorageFault));

    [Fact]
    public void Reporting_is_one_short_flash_in_five_seconds() =>
        Assert.Equal([(true, 50), (false, 4950), (true, 50), (false, 4950)], Runs(LedCode.Reporting, 10_000));

    [Fact]
    public void Faults_are_shown_behind_the_main_code_in_turn()
    {
        LedBlinker blinker = new();
        List<int> codes = [];
        int blinks = 0;
        bool was = false;
        long darkSince = 0;
        for (long now = 0; now < 40_000; now += StepMs)
        {
            bool lit = blinker.Step(now, LedCode.NoNetwork, sensorFault: true, storageFault: now >= 20_000);
            if (lit && !was)
                blinks++;
            if (!lit && was)
                darkSince = now;
            if (!lit && now - darkSince == 1900 && blinks > 0)
            {
                codes.Add(blinks);
                blinks = 0;
            }

            was = lit;
        }

        Assert.Equal([2, 7, 2, 7], codes.Take(4));
        Assert.Contains("2 7 9 2 7", string.Join(' ', codes));
    }

    [Fact]
    public void A_board_that_starts_is_lit_and_stops_being_so_at_once()
    {
        LedBlinker blinker = new();
        for (long now = 0; now < 1000; now += StepMs)
            Assert.True(blinker.Step(now, LedCode.Booting, false, false));
        Assert.True(blinker.Step(1000, LedCode.Reporting, false, false));
        Assert.False(blinker.Step(1050, LedCode.Reporting, false, false));
    }

    private static List<(bool Lit, int Ms)> Runs(LedCode code, int lengthMs)
    {
        List<(bool Lit, int Ms)> runs = [];
        for (int at = 0; at < lengthMs; at += StepMs)
        {
            bool lit = LedBlinker.IsLit(code, at);
            if (runs.Count > 0 && runs[^1].Lit == lit)
                runs[^1] = (lit, runs[^1].Ms + StepMs);
            else
                runs.Add((lit, StepMs));
        }

        return runs;
    }
}
