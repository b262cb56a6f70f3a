using System.Security.Cryptography;
using EdgeFleet.Boards.Esp32;
using Text = System.Buffers.Text.Base64Url;

namespace EdgeFleet.Firmware.Tests.Boards;

/// <summary>What is left on a board by the flashing tool, and what a board makes of it.</summary>
public sealed class BoardFilesTests
{
    [Fact]
    public void Settings_are_read_as_they_are_documented()
    {
        byte[] secret = RandomNumberGenerator.GetBytes(32);
        BoardSettings settings = new();
        settings.Parse(
            $"# bench 3\r\nenrolment = spring-batch\r\nsecret={Text.EncodeToString(secret)}\r\nhost=gw.example\r\n" +
            "port=18883\nboard=wt32-eth01\nflash=16\nntp=ntp.example\nrate=250\nfrom=the future\nnonsense");
        Assert.Equal("spring-batch", settings.Enrolment);
        Assert.Equal(secret, settings.Secret);
        Assert.Equal(("gw.example", 18883, true), (settings.Host, settings.GatewayPort, settings.Tls));
        Assert.Equal(("wt32-eth01", 16, "ntp.example", 250),
            (settings.Board, settings.FlashMegabytes, settings.TimeServer, settings.RateHz));
        Assert.True(settings.HasEnrolment);
    }

    [Theory]
    [InlineData("", true, 8883)]
    [InlineData("tls=no", false, 1883)]
    [InlineData("tls=perhaps", true, 8883)]
    [InlineData("port=70000", true, 8883)]
    [InlineData("port=12x", true, 8883)]
    [InlineData("tls=no\nport=2000", false, 2000)]
    public void The_port_follows_from_encryption_and_encryption_is_on_unless_it_is_taken_off(string text, bool tls, int port)
    {
        BoardSettings settings = new();
        settings.Parse(text);
        Assert.Equal((tls, port), (settings.Tls, settings.GatewayPort));
        Assert.False(settings.HasEnrolment);
    }

    [Fact]
    public void Base64url_is_read_at_every_length()
    {
        for (int length = 0; length < 70; length++)
        {
            byte[] bytes = RandomNumberGenerator.GetBytes(length);
            Assert.Equal(bytes, Base64Url.Decode(Text.EncodeToString(bytes)));
        }
    }

    [Theory]
    [InlineData("A")]
    [InlineData("AB+D")]
    [InlineData("AB/D")]
    [InlineData("AB==")]
    [InlineData("AB D")]
    public void What_is_no_base64url_gives_no_bytes(string text) =>
        Assert.Empty(Base64Url.Decode(text));

    [Theory]
    [InlineData("", "ESP32_REV3", "esp32-devkitc")]
    [InlineData("", "ESP32_PSRAM_REV3", "esp32-devkitc-ve")]
    [InlineData("", "ESP32_S3_OCTAL", "esp32-s3-devkitc-1")]
    [InlineData("olimex-poe-iso", "ESP32_REV3", "olimex-poe-iso")]
    [InlineData("no-such-board", "ESP32_C3", "esp32-c3-devkitm-1")]
    [InlineData("", "ESP32_P4", "")]
    public void A_board_is_known_by_its_target_unless_the_settings_say_otherwise(string id, string target, string board) =>
        Assert.Equal(board, BoardMaps.Of(id, target).Id);

    [Fact]
    public void A_board_that_is_not_known_drives_no_pin()
    {
        BoardMap map = BoardMaps.Of("", "SOMETHING_ELSE");
        Assert.All(
            (int[])[map.Led, map.Button, map.PmsRx, map.PmsTx, map.I2cSda, map.I2cScl, map.SpiClk, map.SpiMosi, map.SpiMiso,
                map.AccelCs, map.AccelInt],
            pin => Assert.Equal(-1, pin));
    }

    [Fact]
    public void A_thread_is_lost_when_it_has_been_silent_for_longer_than_it_may()
    {
        Heartbeat heart = new(1000);
        heart.Watch(5000);
        Assert.False(heart.IsLost(6000));
        heart.Beat();
        Assert.False(heart.IsLost(6500));
        Assert.False(heart.IsLost(7500));
        Assert.True(heart.IsLost(7501));
    }
}
