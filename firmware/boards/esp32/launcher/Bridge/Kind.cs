using EdgeFleet.Contracts;

namespace EdgeFleet.Launcher
{
    /// <summary>What the board is deployed as; it runs no bundle of another kind.</summary>
    internal static class Kind
    {
        public const NodeKind Own = NodeKind.Bridge;
    }
}
