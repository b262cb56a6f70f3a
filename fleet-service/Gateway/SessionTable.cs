using System.Collections.Concurrent;

namespace EdgeFleet.Service.Gateway;

/// <summary>Who is connected: one session a device id, and one a hardware id that claims.</summary>
internal sealed class SessionTable
{
    private readonly ConcurrentDictionary<string, MqttConnection> _devices = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, MqttConnection> _claimants = new(StringComparer.Ordinal);

    public MqttConnection? Find(PeerRole role, string id) => Of(role).GetValueOrDefault(id);

    /// <summary>Puts a session in; gives the one that had its place before.</summary>
    public MqttConnection? Replace(MqttConnection connection)
    {
        ConcurrentDictionary<string, MqttConnection> table = Of(connection.Peer.Role);
        while (true)
        {
            if (table.TryAdd(connection.Id!, connection))
                return null;
            if (table.TryGetValue(connection.Id!, out MqttConnection? earlier)
                && table.TryUpdate(connection.Id!, connection, earlier))
            {
                return earlier;
            }
        }
    }

    /// <summary>Takes a session out, unless another has its place by now.</summary>
    public void Remove(MqttConnection connection) =>
        Of(connection.Peer.Role).TryRemove(new KeyValuePair<string, MqttConnection>(connection.Id!, connection));

    private ConcurrentDictionary<string, MqttConnection> Of(PeerRole role) =>
        role == PeerRole.Device ? _devices : _claimants;
}
