using System;
using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Ports;
using nanoFramework.M2Mqtt;
using nanoFramework.M2Mqtt.Messages;

namespace EdgeFleet.Boards.Esp32
{
    /// <summary>
    /// One connection, from its begin to its end, and never a second one: the library's own reconnecting is what hangs
    /// most. Called by the link's thread; the handlers run on the library's threads.
    /// </summary>
    internal sealed class MqttConnection
    {
        private readonly LinkEvents _events;
        private readonly int _generation;
        private readonly object _lock = new object();

        // The library's numbers of the messages under way, and ours; 0 is a free place.
        private readonly int[] _theirs = new int[BoardLimits.LinkRequests];
        private readonly int[] _ours = new int[BoardLimits.LinkRequests];
        private MqttClient? _client;

        public MqttConnection(LinkEvents events, int generation)
        {
            _events = events;
            _generation = generation;
        }

        /// <summary>Connects; an event says how it ended.</summary>
        public void Open(LinkAddress address, LinkSecurity security)
        {
            LinkEventType result = LinkEventType.Disconnected;
            try
            {
                if (!security.IsBroken)
                    result = Connect(address, security);
            }
            catch (Exception)
            {
                result = LinkEventType.Disconnected;
            }
            if (result != LinkEventType.Connected)
                Close();
            _events.Post(_generation, result, 0);
        }

        /// <summary>Subscribes or publishes.</summary>
        public void Send(LinkRequest request)
        {
            MqttClient? client = _client;
            try
            {
                if (client == null)
                    return;
                if (request.Payload == null)
                {
                    client.Subscribe(
                        new string[] { request.Topic }, new MqttQoSLevel[] { MqttQoSLevel.AtLeastOnce });
                    return;
                }
                // The acknowledgement may be there before the call is back, and must not be looked for before it is booked.
                lock (_lock)
                {
                    Book(
                        client.Publish(request.Topic, request.Payload, null, null, MqttQoSLevel.AtLeastOnce, false),
                        request.MessageId);
                }
            }
            catch (Exception)
            {
                _events.Post(_generation, LinkEventType.Disconnected, 0);
            }
        }

        /// <summary>Ends the connection, as well as it can.</summary>
        public void Close()
        {
            MqttClient? client = _client;
            _client = null;
            if (client == null)
                return;
            client.ConnectionClosed -= OnClosed;
            client.MqttMsgPublished -= OnPublished;
            client.MqttMsgSubscribed -= OnSubscribed;
            client.MqttMsgPublishReceived -= OnReceived;
            try
            {
                if (client.IsConnected)
                    client.Disconnect();
            }
            catch (Exception)
            {
                // It is being closed all the same.
            }
            try
            {
                client.Close();
                client.Dispose();
            }
            catch (Exception)
            {
                // Nothing more can be done about it.
            }
        }

        private LinkEventType Connect(LinkAddress address, LinkSecurity security)
        {
            // Looks the host's name up.
            MqttClient client = new MqttClient(
                address.Host, address.Port, security.Tls, security.Authority, security.Own,
                security.Tls ? MqttSslProtocols.TLSv1_2 : MqttSslProtocols.None);
            _client = client;
            client.ProtocolVersion = MqttProtocolVersion.Version_3_1_1;
            client.ConnectionClosed += OnClosed;
            client.MqttMsgPublished += OnPublished;
            client.MqttMsgSubscribed += OnSubscribed;
            client.MqttMsgPublishReceived += OnReceived;
            MqttReasonCode reason = client.Connect(
                address.ClientId, address.User, address.Password, true, BoardLimits.KeepAliveS);
            switch (reason)
            {
                case MqttReasonCode.Success:
                    return LinkEventType.Connected;
                case MqttReasonCode.ConnectionRefusedBadUserNameOrPassword:
                case MqttReasonCode.ConnectionRefusedNotAuthorized:
                    return LinkEventType.NotAuthorised;
                default:
                    return LinkEventType.Disconnected;
            }
        }

        private void OnClosed(object sender, EventArgs e)
        {
            _events.Post(_generation, LinkEventType.Disconnected, 0);
        }

        private void OnSubscribed(object sender, MqttMsgSubscribedEventArgs e)
        {
            // 128 is a refusal.
            bool granted = e.GrantedQoSLevels != null && e.GrantedQoSLevels.Length == 1 && (int)e.GrantedQoSLevels[0] <= 2;
            _events.Post(_generation, granted ? LinkEventType.Subscribed : LinkEventType.Disconnected, 0);
        }

        private void OnPublished(object sender, MqttMsgPublishedEventArgs e)
        {
            int ours;
            lock (_lock)
                ours = Unbook(e.MessageId);
            // After three tries within seconds the library gives a message up; only a new connection sends it again.
            if (!e.IsPublished)
                _events.Post(_generation, LinkEventType.Disconnected, 0);
            else if (ours != 0)
                _events.Post(_generation, LinkEventType.Stored, ours);
        }

        private void OnReceived(object sender, MqttMsgPublishEventArgs e)
        {
            if (e.Message != null && Topics.TryParse(e.Topic, out TopicKind kind, out string _))
                _events.PostMessage(_generation, kind, e.Message);
        }

        private void Book(int theirs, int ours)
        {
            for (int i = 0; i < _theirs.Length; i++)
            {
                if (_theirs[i] != 0)
                    continue;
                _theirs[i] = theirs;
                _ours[i] = ours;
                return;
            }
            _events.Post(_generation, LinkEventType.Disconnected, 0);
        }

        private int Unbook(int theirs)
        {
            for (int i = 0; i < _theirs.Length; i++)
            {
                if (_theirs[i] != theirs)
                    continue;
                _theirs[i] = 0;
                return _ours[i];
            }
            return 0;
        }
    }
}
