using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Service.Features.Commands;

/// <summary>A command that has not come to its end.</summary>
internal sealed class OpenCommand(uint id, string device, CommandType type, string argument, DateTimeOffset expiresAt)
{
    public uint Id => id;

    public string Device => device;

    public CommandType Type => type;

    public DateTimeOffset ExpiresAt => expiresAt;

    /// <summary>Changed under the table's lock.</summary>
    public CommandState State { get; set; }

    /// <summary>When this process sent it last; null: it did not.</summary>
    public DateTimeOffset? SentAt { get; set; }

    /// <summary>As it goes on the wire.</summary>
    public byte[] Payload()
    {
        Command command = new() { Id = id, Type = type, Argument = argument, ExpiryMs = expiresAt.ToUnixTimeMilliseconds() };
        byte[] buffer = new byte[Limits.MaxText + 64];
        CborWriter writer = new(buffer);
        command.Write(writer);
        return writer.Error == ContractError.None ? buffer[..writer.Length]
            : throw new InvalidOperationException($"A command does not fit a message: {writer.Error}.");
    }
}

/// <summary>Open commands by device. From any thread.</summary>
internal sealed class OpenCommands
{
    private readonly Dictionary<string, List<OpenCommand>> _devices = [];
    private readonly Lock _lock = new();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public void Add(OpenCommand command)
    {
        lock (_lock)
        {
            if (!_devices.TryGetValue(command.Device, out List<OpenCommand>? commands))
                _devices[command.Device] = commands = [];
            commands.Add(command);
            _count++;
        }
    }

    public void Remove(string device, uint id)
    {
        lock (_lock)
        {
            if (!_devices.TryGetValue(device, out List<OpenCommand>? commands))
                return;
            _count -= commands.RemoveAll(c => c.Id == id);
            if (commands.Count == 0)
                _devices.Remove(device);
        }
    }

    /// <summary>A device's, in the order of their ids.</summary>
    public IReadOnlyList<OpenCommand> Of(string device)
    {
        lock (_lock)
            return _devices.TryGetValue(device, out List<OpenCommand>? commands) ? [.. commands] : [];
    }

    /// <summary>Those that a predicate picks.</summary>
    public IReadOnlyList<OpenCommand> Where(Func<OpenCommand, bool> wanted)
    {
        lock (_lock)
            return [.. _devices.Values.SelectMany(c => c).Where(wanted)];
    }

    /// <summary>It went out; an answer that came before stays.</summary>
    public void Sent(OpenCommand command, DateTimeOffset at)
    {
        lock (_lock)
        {
            command.SentAt = at;
            if (command.State == CommandState.Waiting)
                command.State = CommandState.Sent;
        }
    }

    /// <summary>The device has begun.</summary>
    public void Accepted(string device, uint id)
    {
        lock (_lock)
        {
            if (_devices.TryGetValue(device, out List<OpenCommand>? commands) && commands.Find(c => c.Id == id) is { } command)
                command.State = CommandState.Accepted;
        }
    }
}
