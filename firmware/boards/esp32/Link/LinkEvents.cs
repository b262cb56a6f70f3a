using System;
using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Boards.Esp32
{
    /// <summary>
    /// What the MQTT library's threads tell, in order, until the uplink's thread takes it. Bounded: what does not fit
    /// breaks the connection, since an event that is lost would leave the uplink waiting for it. Events of a connection
    /// that was given up are gone with it.
    /// </summary>
    public sealed class LinkEvents
    {
        private readonly object _lock = new object();
        private readonly LinkEventType[] _types = new LinkEventType[BoardLimits.LinkEvents];
        private readonly int[] _ids = new int[BoardLimits.LinkEvents];
        private readonly TopicKind[] _topics = new TopicKind[BoardLimits.LinkEvents];
        private readonly byte[]?[] _payloads = new byte[BoardLimits.LinkEvents][];
        private int _connection;
        private int _first;
        private int _count;
        private int _messages;
        private int _bytes;
        private bool _broken;

        /// <summary>Forgets everything; from now on only events of this connection count.</summary>
        public void Begin(int connection)
        {
            lock (_lock)
            {
                _connection = connection;
                _first = 0;
                _count = 0;
                _messages = 0;
                _bytes = 0;
                _broken = false;
                for (int i = 0; i < _payloads.Length; i++)
                    _payloads[i] = null;
            }
        }

        /// <summary>Keeps an event.</summary>
        public void Post(int connection, LinkEventType type, int messageId)
        {
            lock (_lock)
                Put(connection, type, messageId, TopicKind.None, null);
        }

        /// <summary>Keeps a message; one longer than any of ours is passed over.</summary>
        public void PostMessage(int connection, TopicKind topic, byte[] payload)
        {
            if (payload.Length > Limits.MaxPayload)
                return;
            lock (_lock)
                Put(connection, LinkEventType.Message, 0, topic, payload);
        }

        /// <summary>Takes the oldest event; false when there is none.</summary>
        public bool TryTake(LinkEvent target)
        {
            lock (_lock)
            {
                if (_count == 0)
                    return TakeBroken(target);
                byte[]? payload = _payloads[_first];
                target.Type = _types[_first];
                target.MessageId = _ids[_first];
                target.Topic = _topics[_first];
                target.PayloadLength = 0;
                if (payload != null)
                {
                    target.PayloadLength = payload.Length;
                    Array.Copy(payload, 0, target.Payload, 0, payload.Length);
                    _payloads[_first] = null;
                    _messages--;
                    _bytes -= payload.Length;
                }
                _first = (_first + 1) % BoardLimits.LinkEvents;
                _count--;
                return true;
            }
        }

        private bool TakeBroken(LinkEvent target)
        {
            if (!_broken)
                return false;
            _broken = false;
            target.Type = LinkEventType.Disconnected;
            target.MessageId = 0;
            target.Topic = TopicKind.None;
            target.PayloadLength = 0;
            return true;
        }

        private void Put(int connection, LinkEventType type, int messageId, TopicKind topic, byte[]? payload)
        {
            if (connection != _connection || _broken)
                return;
            if (_count == BoardLimits.LinkEvents || (payload != null && !HasRoom(payload.Length)))
            {
                _broken = true;
                return;
            }
            int at = (_first + _count) % BoardLimits.LinkEvents;
            _types[at] = type;
            _ids[at] = messageId;
            _topics[at] = topic;
            _payloads[at] = payload;
            if (payload != null)
            {
                _messages++;
                _bytes += payload.Length;
            }
            _count++;
        }

        private bool HasRoom(int bytes)
        {
            return _messages < BoardLimits.LinkMessages && _bytes + bytes <= BoardLimits.LinkEventBytes;
        }
    }
}
