using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware;
using EdgeFleet.Firmware.Uplink;

namespace EdgeFleet.Boards.Esp32
{
    /// <summary>Which of the codes 1 to 6 holds; the rules are those of <c>hardware/first-power-on.md</c>.</summary>
    public sealed class NodeStatus
    {
        private long _lostMs;
        private bool _wasOnline;

        /// <summary>The code that holds now. A gateway that has not been heard since the start is none that was lost.</summary>
        public LedCode At(long nowMs, NodeRuntime node, bool hasNetwork, bool hasEnrolment)
        {
            bool online = node.Uplink.State == UplinkState.Online;
            if (online)
            {
                _wasOnline = true;
                _lostMs = nowMs;
            }
            if (!hasNetwork)
                return LedCode.NoNetwork;
            if (node.DeviceId.Length != 0)
            {
                bool patient = _wasOnline && nowMs - _lostMs < BoardLimits.LedPatienceMs;
                return online || patient ? LedCode.Reporting : LedCode.NoGateway;
            }
            if (!hasEnrolment)
                return LedCode.NoIdentity;
            if (node.Uplink.ClaimRefusal != ClaimRefusal.None)
                return LedCode.ClaimRefused;
            bool claiming = node.Uplink.State == UplinkState.ClaimSubscribing || node.Uplink.State == UplinkState.Claiming;
            return node.Uplink.ClaimPending || claiming ? LedCode.ClaimPending : LedCode.NoGateway;
        }
    }
}
