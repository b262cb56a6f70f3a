using EdgeFleet.Boards.Sim;
using EdgeFleet.Contracts;

namespace EdgeFleet.FleetSim.Updates;

/// <summary>
/// The operator's part of an update: uploads the bundles when their time has come, and asks every node of their kinds to
/// run them; a node that has not claimed yet is asked as soon as it has.
/// </summary>
public sealed class UpdateScript(UpdatePlan plan, IReadOnlyList<SimNode> nodes, long startMs)
{
    private readonly Dictionary<NodeKind, string> _digests = [];
    private readonly List<SimNode> _toAsk = [.. nodes];
    private bool _isUploaded;

    /// <summary>The bundles' digests by kind, once they have been uploaded.</summary>
    public IReadOnlyDictionary<NodeKind, string> Digests => _digests;

    /// <summary>Does what is due at this moment, Unix milliseconds, at the service that runs now.</summary>
    public async Task StepAsync(FleetApi api, long nowMs, CancellationToken cancel)
    {
        if (nowMs < startMs + (long)plan.At.TotalMilliseconds || _toAsk.Count == 0)
            return;
        if (!_isUploaded)
            await UploadAsync(api, cancel);
        _isUploaded = true;
        foreach (var node in _toAsk.FindAll(node => node.Status?.DeviceId.Length > 0))
        {
            if (_digests.TryGetValue(node.Kind, out string? digest))
                await api.SetTargetAsync(node.Status!.Value.DeviceId, digest, cancel);
            _toAsk.Remove(node);
        }
    }

    private async Task UploadAsync(FleetApi api, CancellationToken cancel)
    {
        await api.TrustAsync("fleetsim", plan.PublicKeyPem, cancel);
        foreach (byte[] bundle in plan.Bundles)
        {
            var (digest, kind) = await api.UploadAsync(bundle, cancel);
            _digests[kind] = digest;
        }
    }
}
