using System.Diagnostics;
using System.Net;
using System.Text;

namespace EdgeFleet.Benchmarks;

/// <summary>
/// Publishes QoS 1 messages on many connections and counts what is acknowledged, on one thread. With a plan that is not
/// zero in rate, messages are due at fixed times whatever the server does, and latency counts from then.
/// </summary>
/// <remarks>
/// Says <c>ready</c> when all are connected, starts when it is told on its standard input, and ends with a line of
/// results.
/// </remarks>
internal sealed class LoadGenerator
{
    private const int AckBytes = 4;
    private const int PerSource = 20_000;

    private readonly LoadPlan _plan;
    private readonly Node[] _nodes;
    private readonly Epoll.Event[] _events = new Epoll.Event[1024];
    private readonly byte[] _received = new byte[16 * 1024];
    private readonly List<int> _latenciesUs = new(4_000_000);
    private readonly int _epoll = Epoll.Create();
    private long _acknowledged;
    private bool _counting;

    private LoadGenerator(LoadPlan plan)
    {
        _plan = plan;
        _nodes = new Node[plan.Connections];
    }

    public static int Run(LoadPlan plan)
    {
        LoadGenerator generator = new(plan);
        generator.Connect();
        Console.WriteLine("ready");
        if (Console.ReadLine() != "go")
            return 0;
        Console.WriteLine(generator.Measure());
        foreach (Node node in generator._nodes)
            Epoll.Close(node.Fd);
        return 0;
    }

    private void Connect()
    {
        for (int i = 0; i < _nodes.Length; i++)
        {
            IPAddress source = new([127, 0, (byte)_plan.Source, (byte)(1 + i / PerSource)]);
            string id = $"node-{i:d6}";
            Node node = new(Epoll.Connect(source, _plan.Port), Publish(id));
            _nodes[i] = node;
            Epoll.Send(node.Fd, ConnectPacket(id));
            Epoll.Watch(_epoll, node.Fd, i);
            // A few at a time: both servers accept one after the other.
            if (i % 64 == 63)
                AwaitConnAcks(i + 1);
        }
        AwaitConnAcks(_nodes.Length);
    }

    private int _welcomed;

    private void AwaitConnAcks(int count)
    {
        while (_welcomed < count)
        {
            int ready = Epoll.Wait(_epoll, _events, 10_000);
            if (ready == 0)
                throw new InvalidOperationException("The server does not answer CONNECT.");
            for (int i = 0; i < ready; i++)
            {
                int length = Epoll.Receive(_nodes[_events[i].Index].Fd, _received);
                if (length < 4 || _received[0] != 0x20 || _received[3] != 0)
                    throw new InvalidOperationException("The server refused a connection.");
                _welcomed++;
            }
        }
    }

    private LoadResult Measure()
    {
        long start = Stopwatch.GetTimestamp();
        long from = start + (long)(_plan.WarmUpS * Stopwatch.Frequency);
        long until = from + (long)(_plan.Seconds * Stopwatch.Frequency);
        if (_plan.Rate == 0)
        {
            foreach (Node node in _nodes)
                Send(node, _plan.Window, start);
        }
        long due = 0;
        while (true)
        {
            long now = Stopwatch.GetTimestamp();
            if (!_counting && now >= from)
            {
                _counting = true;
                _acknowledged = 0;
                from = now;
            }
            if (now >= until)
                break;
            if (_plan.Rate != 0)
                due = SendDue(start, due, now);
            // At a fixed rate the clock is looked at all the time: sleeping would be a latency of its own.
            int ready = Epoll.Wait(_epoll, _events, _plan.Rate != 0 ? 0 : 100);
            for (int i = 0; i < ready; i++)
                Take(_nodes[_events[i].Index]);
        }
        double seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
        _latenciesUs.Sort();
        return new LoadResult(_acknowledged / seconds, Percentile(0.50), Percentile(0.99));
    }

    private long SendDue(long start, long sent, long now)
    {
        long due = (long)((now - start) * (double)_plan.Rate / Stopwatch.Frequency);
        for (; sent < due; sent++)
        {
            int index = (int)(sent % _nodes.Length);
            long when = start + (long)(sent * (double)Stopwatch.Frequency / _plan.Rate);
            Send(_nodes[index], 1, when);
        }
        return sent;
    }

    private void Take(Node node)
    {
        int length = Epoll.Receive(node.Fd, _received);
        if (length <= 0)
            throw new InvalidOperationException("The server closed a connection.");
        // Acknowledgements all have the same length; the first byte of a torn one is checked with the next.
        int total = node.Torn + length;
        int count = total / AckBytes;
        node.Torn = total % AckBytes;
        if (node.Torn == 0 && _received[0] != 0x40)
            throw new InvalidOperationException($"The server sent a packet of type {_received[0] >> 4}.");
        long now = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            long due = node.Sent.Dequeue();
            if (_counting)
                _latenciesUs.Add((int)((now - due) * 1_000_000 / Stopwatch.Frequency));
        }
        _acknowledged += count;
        if (_plan.Rate == 0 && count > 0)
            Send(node, count, now);
    }

    private void Send(Node node, int count, long due)
    {
        int size = node.Packet.Length;
        Span<byte> to = stackalloc byte[size * count];
        for (int i = 0; i < count; i++)
        {
            Span<byte> packet = to.Slice(i * size, size);
            node.Packet.CopyTo(packet);
            // One packet after another, never 0.
            ushort id = ++node.LastId == 0 ? ++node.LastId : node.LastId;
            packet[node.IdAt] = (byte)(id >> 8);
            packet[node.IdAt + 1] = (byte)id;
            node.Sent.Enqueue(due);
        }
        Epoll.Send(node.Fd, to);
    }

    private double Percentile(double part) =>
        _latenciesUs.Count == 0 ? 0 : _latenciesUs[(int)(part * (_latenciesUs.Count - 1))];

    private static byte[] ConnectPacket(string id)
    {
        byte[] name = Encoding.ASCII.GetBytes(id);
        // MQTT 3.1.1, clean session, a user name, no keep-alive.
        return
        [
            0x10, (byte)(10 + 2 * (2 + name.Length)), 0, 4, .. "MQTT"u8, 4, 0x82, 0, 0,
            0, (byte)name.Length, .. name, 0, (byte)name.Length, .. name,
        ];
    }

    private static byte[] Publish(string id)
    {
        byte[] topic = Encoding.ASCII.GetBytes($"ef/{id}/up/telemetry");
        int remaining = 2 + topic.Length + 2 + LoadPlan.PayloadBytes;
        return
        [
            0x32, (byte)(remaining | 0x80), (byte)(remaining >> 7), 0, (byte)topic.Length, .. topic, 0, 0,
            .. new byte[LoadPlan.PayloadBytes],
        ];
    }

    private sealed class Node(int fd, byte[] packet)
    {
        public readonly int Fd = fd;
        public readonly byte[] Packet = packet;
        public readonly int IdAt = packet.Length - LoadPlan.PayloadBytes - 2;
        public readonly Queue<long> Sent = new();
        public ushort LastId;
        public int Torn;
    }
}
