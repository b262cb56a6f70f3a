using EdgeFleet.Contracts;

namespace EdgeFleet.Flash.Profiles;

/// <summary>What boards of a batch have in common.</summary>
/// <param name="Settings">Enrolment and gateway.</param>
/// <param name="Network">How they get onto the network.</param>
/// <param name="Authority">The one authority whose certificates the gateway may show, in PEM; null: those of the runtime.</param>
/// <param name="Images">An image file, or the folder of the images.</param>
/// <param name="Archive">Folder of runtimes, for work without a network; null: nanoff downloads them.</param>
/// <param name="RuntimeVersion">The runtime's version; null: the newest.</param>
/// <param name="Kind">What the enrolment is for, where that is known without the service.</param>
/// <param name="Site">Where it is for, likewise.</param>
internal sealed record Profile(
    BoardSettings Settings, NetworkProfile Network, byte[]? Authority, string Images, string? Archive, string? RuntimeVersion,
    NodeKind? Kind, string Site);
