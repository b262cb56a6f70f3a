using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Uplink;

namespace EdgeFleet.Firmware.Tests.Core;

/// <summary>How a board without an identity gets one, and keeps it.</summary>
public sealed class ClaimTests
{
    [Fact]
    public void A_new_board_claims_under_its_enrolment_and_then_connects_as_the_device()
    {
        TestNode node = new TestNode().Claimed();

        LinkAddress first = node.Link.Connects[0];
        Assert.Equal("claim/" + TestNode.Enrolment, first.User);
        Assert.Equal("claim-a0b1c2d3e4f5", first.ClientId);
        Assert.Equal("gateway.test", first.Host);
        AssertToken(first, node.Settings.EnrolmentSecret, AccessToken.NoClock);
        Assert.Equal((TopicKind.ClaimAnswer, "a0b1c2d3e4f5"), node.Link.Subscriptions[0]);
        ClaimRequest claim = node.Link.Of(TopicKind.Claim).Single().Claim();
        Assert.Equal("a0b1c2d3e4f5", claim.HardwareId);
        Assert.Equal(NodeKind.AirBox, claim.Kind);
        Assert.Equal("TEST", claim.Board);
        Assert.Equal("1.2.3", claim.FirmwareVersion);

        LinkAddress second = node.Link.Connects[1];
        Assert.Equal(TestNode.DeviceId, second.User);
        Assert.Equal(TestNode.DeviceId, second.ClientId);
        AssertToken(second, TestNode.DeviceKey, AccessToken.NoClock);
        Assert.Equal((TopicKind.Desired, TestNode.DeviceId), node.Link.Subscriptions[1]);
        Assert.Equal(2, node.Link.Connects.Count);
    }

    [Fact]
    public void An_identity_survives_boots_and_is_not_claimed_again()
    {
        TestNode node = new TestNode().Claimed();
        node.NewLink();
        node.Boot();
        node.RunUntil(() => node.State == UplinkState.Online);
        Assert.Equal(TestNode.DeviceId, node.Link.Connects[0].User);
        Assert.Empty(node.Link.Of(TopicKind.Claim));
    }

    [Fact]
    public void The_grant_names_another_gateway()
    {
        TestNode node = new();
        node.Link.Acknowledge = sent =>
        {
            if (sent.Kind == TopicKind.Claim)
            {
                ClaimAnswer grant = TestNode.Grant(sent.Claim());
                grant.GatewayHost = "other.test";
                grant.GatewayPort = 8883;
                node.Link.Deliver(grant);
            }
            return true;
        };
        node.RunUntil(() => node.Link.Connects.Count == 2);
        Assert.Equal(("other.test", 8883), (node.Link.Connects[1].Host, node.Link.Connects[1].Port));
    }

    [Fact]
    public void A_pending_claim_is_repeated_when_told_and_not_before()
    {
        TestNode node = new();
        node.Link.Acknowledge = sent => Answer(node, sent, ClaimStatus.Pending, 45);
        node.RunUntil(() => node.Link.Of(TopicKind.Claim).Any());
        long askedMs = node.NowMs;
        node.Run(44_000 - 100);
        Assert.Single(node.Link.Of(TopicKind.Claim));
        node.RunUntil(() => node.Link.Of(TopicKind.Claim).Count() == 2);
        Assert.InRange(node.NowMs - askedMs, 44_000, 47_000);
        Assert.Equal(
            node.Link.Of(TopicKind.Claim).First().Claim().Nonce, node.Link.Of(TopicKind.Claim).Last().Claim().Nonce);
    }

    [Theory]
    [InlineData(0, 12)]
    [InlineData(1, 12)]
    [InlineData(24 * 3600, 25)]
    public void A_refused_claim_is_neither_hammered_nor_given_up(int retryAfterS, int hours)
    {
        TestNode node = new();
        node.Link.Acknowledge = sent => Answer(node, sent, ClaimStatus.Refused, retryAfterS);
        node.RunUntil(() => node.Link.Of(TopicKind.Claim).Any());
        Assert.Equal(ClaimRefusal.WrongKind, node.Node.Uplink.ClaimRefusal);
        node.Run(hours * 3600_000L);
        int claims = node.Link.Of(TopicKind.Claim).Count();
        Assert.InRange(claims, 2, hours * 60 + 1);
    }

    [Fact]
    public void An_answer_to_another_claim_is_not_taken()
    {
        TestNode node = new();
        node.Link.Acknowledge = sent =>
        {
            if (sent.Kind == TopicKind.Claim)
            {
                ClaimAnswer foreign = TestNode.Grant(sent.Claim());
                foreign.Nonce[0] ^= 1;
                node.Link.Deliver(foreign);
            }
            return true;
        };
        node.Run(120_000);
        Assert.Equal("", node.Node.DeviceId);
        Assert.All(node.Link.Connects, c => Assert.StartsWith("claim/", c.User));
    }

    [Fact]
    public void An_identity_that_cannot_be_kept_is_not_used()
    {
        TestNode node = new();
        node.Link.Acknowledge = sent =>
        {
            if (sent.Kind == TopicKind.Claim)
            {
                node.Storage.Broken = true;
                node.Link.Deliver(TestNode.Grant(sent.Claim()));
            }
            return true;
        };
        node.Run(3600_000);
        Assert.All(node.Link.Connects, c => Assert.StartsWith("claim/", c.User));
        Assert.InRange(node.Link.Connects.Count, 2, 120);
    }

    /// <summary>
    /// The power goes at each flash operation from the first boot to the first connection as a device. Whatever it
    /// hits, a nonce that was sent once is sent again, and no identity is used that would be forgotten.
    /// </summary>
    [Fact]
    public void One_board_stays_one_claim_wherever_the_power_goes()
    {
        for (int at = 1; ; at++)
        {
            bool wasCut = false;
            foreach (Cut cut in Enum.GetValues<Cut>())
                wasCut |= ClaimWithCut(at, cut);
            if (!wasCut)
            {
                Assert.True(at > 3, "claiming writes the flash");
                return;
            }
        }
    }

    private static bool ClaimWithCut(int at, Cut cut)
    {
        TestNode node = null!;
        HashSet<string> nonces = [];
        bool granted = false;
        bool connected = false;
        bool wasCut = false;
        FaultyStorage storage = new(at);
        storage.Arm(at, cut);
        for (int boot = 0; boot < 2; boot++)
        {
            ScriptedLink link = new();
            link.Acknowledge = sent =>
            {
                if (sent.Kind != TopicKind.Claim)
                    return true;
                nonces.Add(Convert.ToHexString(sent.Claim().Nonce));
                granted = true;
                link.Deliver(TestNode.Grant(sent.Claim()));
                return true;
            };
            link.Admit = address =>
            {
                // An identity that was in use once must be there for good.
                if (connected)
                    Assert.Equal(TestNode.DeviceId, address.User);
                connected |= address.User == TestNode.DeviceId;
                return LinkEventType.Connected;
            };
            try
            {
                node = TestNode.On(storage, link);
                node.RunUntil(() => node.State == UplinkState.Online);
                break;
            }
            catch (PowerCutException)
            {
                Assert.Equal(0, boot);
                wasCut = true;
                storage.Arm(0, cut);
            }
        }
        Assert.True(granted && connected);
        Assert.Single(nonces);
        Assert.Equal(TestNode.DeviceId, node.Node.DeviceId);
        return wasCut;
    }

    private static bool Answer(TestNode node, Sent sent, ClaimStatus status, int retryAfterS)
    {
        if (sent.Kind == TopicKind.Claim)
        {
            ClaimAnswer answer = new()
            {
                Status = status,
                Refusal = status == ClaimStatus.Refused ? ClaimRefusal.WrongKind : ClaimRefusal.None,
                RetryAfterS = retryAfterS,
            };
            sent.Claim().Nonce.CopyTo(answer.Nonce, 0);
            node.Link.Deliver(answer);
        }
        return true;
    }

    private static void AssertToken(LinkAddress address, byte[] key, long expiry)
    {
        Assert.True(AccessToken.TryParse(address.Password, out long found, out string signature));
        Assert.Equal(expiry, found);
        Assert.True(AccessToken.Matches(address.User, found, signature, key));
    }
}
