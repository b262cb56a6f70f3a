using System;
using System.Threading;
using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Boards.Esp32
{
    /// <summary>
    /// The link over MQTT. The library's calls take seconds and are known to hang, so one thread makes them and nothing
    /// else; the uplink only leaves requests and takes events. A call that does not come back is seen by the guard, see
    /// <see cref="CallBeganMs"/>, and ends in a new start of the board.
    /// </summary>
    public sealed class MqttLink : ILink
    {
        private readonly object _lock = new object();
        private readonly AutoResetEvent _work = new AutoResetEvent(false);
        private readonly LinkEvents _events = new LinkEvents();
        private readonly LinkRequest?[] _requests = new LinkRequest[BoardLimits.LinkRequests];
        private readonly LinkSecurity _security;
        private readonly UptimeClock _clock;
        private readonly InFlightBytes _inFlight;
        private LinkAddress? _wanted;
        private int _generation;
        private int _firstRequest;
        private int _requestCount;
        private int _lastMessageId;
        private long _callBeganMs;

        /// <summary>A link that is not connected, and its thread; at most so many bytes are on their way at a time.</summary>
        public MqttLink(LinkSecurity security, UptimeClock clock, int mostBytes)
        {
            _inFlight = new InFlightBytes(mostBytes);
            _security = security;
            _clock = clock;
            new Thread(Run).Start();
        }

        /// <summary>Uptime at which the call began that the library has not come back from; 0: there is none.</summary>
        public long CallBeganMs => _callBeganMs;

        /// <inheritdoc/>
        public LinkResult Connect(LinkAddress address)
        {
            LinkAddress copy = new LinkAddress();
            copy.Host = address.Host;
            copy.Port = address.Port;
            copy.ClientId = address.ClientId;
            copy.User = address.User;
            copy.Password = address.Password;
            Begin(copy);
            return LinkResult.Ok;
        }

        /// <inheritdoc/>
        public void Disconnect()
        {
            Begin(null);
        }

        /// <inheritdoc/>
        public LinkResult Subscribe(TopicKind kind, string id)
        {
            LinkRequest request = new LinkRequest();
            request.Topic = kind == TopicKind.ClaimAnswer ? Topics.For(kind, id) : Topics.DownFilter(id);
            return Ask(request);
        }

        /// <inheritdoc/>
        public LinkResult Publish(TopicKind kind, string id, byte[] payload, int offset, int count, out int messageId)
        {
            messageId = 0;
            if (count > Limits.MaxPayload)
                return LinkResult.TooLong;
            if (!_inFlight.HasRoom(count))
                return LinkResult.Busy;
            LinkRequest request = new LinkRequest();
            request.Topic = Topics.For(kind, id);
            // The library keeps the array until the message is acknowledged.
            request.Payload = new byte[count];
            Array.Copy(payload, offset, request.Payload, 0, count);
            request.MessageId = _lastMessageId == 0x7FFFFFFF ? 1 : _lastMessageId + 1;
            LinkResult result = Ask(request);
            if (result != LinkResult.Ok)
                return result;
            messageId = _lastMessageId = request.MessageId;
            _inFlight.Add(messageId, count);
            return result;
        }

        /// <inheritdoc/>
        public bool TryGetEvent(LinkEvent target)
        {
            if (!_events.TryTake(target))
                return false;
            if (target.Type == LinkEventType.Stored)
                _inFlight.Remove(target.MessageId);
            return true;
        }

        private void Begin(LinkAddress? address)
        {
            _inFlight.Clear();
            lock (_lock)
            {
                if (address == null && _wanted == null)
                    return;
                _wanted = address;
                _generation = _generation == 0x7FFFFFFF ? 1 : _generation + 1;
                _requestCount = 0;
                for (int i = 0; i < _requests.Length; i++)
                    _requests[i] = null;
                _events.Begin(_generation);
            }
            _work.Set();
        }

        private LinkResult Ask(LinkRequest request)
        {
            lock (_lock)
            {
                if (_wanted == null)
                    return LinkResult.Down;
                if (_requestCount == BoardLimits.LinkRequests)
                    return LinkResult.Busy;
                _requests[(_firstRequest + _requestCount) % BoardLimits.LinkRequests] = request;
                _requestCount++;
            }
            _work.Set();
            return LinkResult.Ok;
        }

        // What the uplink wants now; a request only where the connection is the one that it was made for.
        private LinkRequest? Next(int generation, out int wantedGeneration, out LinkAddress? wanted)
        {
            lock (_lock)
            {
                wantedGeneration = _generation;
                wanted = _wanted;
                if (generation != _generation || _requestCount == 0)
                    return null;
                LinkRequest? request = _requests[_firstRequest];
                _requests[_firstRequest] = null;
                _firstRequest = (_firstRequest + 1) % BoardLimits.LinkRequests;
                _requestCount--;
                return request;
            }
        }

        private void Run()
        {
            int generation = 0;
            MqttConnection? connection = null;
            while (true)
            {
                LinkRequest? request = Next(generation, out int wantedGeneration, out LinkAddress? wanted);
                if (request == null && generation == wantedGeneration)
                {
                    _work.WaitOne();
                    continue;
                }
                _callBeganMs = _clock.NowMs;
                if (generation != wantedGeneration)
                {
                    generation = wantedGeneration;
                    if (connection != null)
                        connection.Close();
                    connection = null;
                    if (wanted != null)
                    {
                        connection = new MqttConnection(_events, generation);
                        connection.Open(wanted, _security);
                    }
                }
                else if (connection != null && request != null)
                {
                    connection.Send(request);
                }
                _callBeganMs = 0;
            }
        }
    }
}
