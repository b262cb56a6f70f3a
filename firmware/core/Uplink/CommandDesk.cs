using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Storage;

namespace EdgeFleet.Firmware.Uplink
{
    /// <summary>Carries out commands.</summary>
    public interface ICommandSink
    {
        /// <summary>
        /// Does it, or begins to: Accepted, and <see cref="CommandDesk.Finish"/> follows. <paramref name="text"/>: what
        /// the status does not say, or empty.
        /// </summary>
        ReplyStatus CarryOut(Command command, long nowMs, out string text);
    }

    /// <summary>
    /// Takes commands and answers them. Each is carried out at most once: its id is on flash before it begins, with how
    /// far it came, and one that comes again is answered from there. What was under way when the node stopped has failed,
    /// but for the reboot that stopped it.
    /// </summary>
    public sealed class CommandDesk
    {
        // Id 4, status 1, type 1.
        private const int KnownBytes = 6;

        private readonly RecordStore _known;
        private readonly TimeKeeper _time;
        private readonly ICommandSink _sink;
        private readonly uint[] _ids = new uint[NodeLimits.KnownCommands];
        private readonly byte[] _status = new byte[NodeLimits.KnownCommands];
        private readonly byte[] _type = new byte[NodeLimits.KnownCommands];
        private int _next;

        private readonly uint[] _replyHandle = new uint[NodeLimits.MaxReplies];
        private readonly uint[] _replyId = new uint[NodeLimits.MaxReplies];
        private readonly byte[] _replyStatus = new byte[NodeLimits.MaxReplies];
        private readonly string[] _replyText = new string[NodeLimits.MaxReplies];
        private readonly CommandReply _reply = new CommandReply();
        private int _replies;
        private int _sent;
        private uint _lastHandle;

        /// <summary>A desk that knows what the flash knows of earlier commands.</summary>
        public CommandDesk(RecordStore known, TimeKeeper time, ICommandSink sink)
        {
            _known = known;
            _time = time;
            _sink = sink;
            Load();
        }

        /// <summary>A record for the constructor.</summary>
        public static RecordStore NewRecord(Ports.IStorage storage, Crc32 crc)
        {
            return new RecordStore(storage, crc, "node.commands", NodeLimits.KnownCommands * KnownBytes);
        }

        /// <summary>Whether a reply waits to be sent.</summary>
        public bool HasReply => _sent < _replies;

        /// <summary>Whether all replies have been stored.</summary>
        public bool IsDone => _replies == 0;

        /// <summary>Takes a command. One for which there is no room for an answer is not taken, and will come again.</summary>
        public void Take(Command command, long nowMs)
        {
            if (_replies == NodeLimits.MaxReplies)
                return;
            int known = Find(command.Id);
            if (known >= 0)
            {
                Reply(command.Id, (ReplyStatus)_status[known], "known already");
                return;
            }
            if (!_time.IsKnown)
            {
                Reply(command.Id, ReplyStatus.Failed, "the node does not know the time");
                return;
            }
            if (_time.ToUtcMs(nowMs) >= command.ExpiryMs)
            {
                Reply(command.Id, ReplyStatus.Expired, "");
                return;
            }
            known = _next;
            _next = (_next + 1) % NodeLimits.KnownCommands;
            _ids[known] = command.Id;
            _status[known] = (byte)ReplyStatus.Accepted;
            _type[known] = (byte)command.Type;
            if (!Save())
            {
                // Not on flash, so it might be done twice: not done at all.
                _type[known] = 0;
                Reply(command.Id, ReplyStatus.Failed, "flash write failed");
                return;
            }
            ReplyStatus status = _sink.CarryOut(command, nowMs, out string text);
            if (status == ReplyStatus.Accepted)
                Reply(command.Id, status, text);
            else
                Finish(command.Id, status, text);
        }

        /// <summary>A command that was accepted has come to its end.</summary>
        public void Finish(uint id, ReplyStatus status, string text)
        {
            int known = Find(id);
            if (known >= 0)
            {
                _status[known] = (byte)status;
                Save();
            }
            Reply(id, status, text);
        }

        /// <summary>Makes the message of the oldest reply that was not sent; answers its length.</summary>
        public int WriteReply(CborWriter writer, byte[] buffer, out uint handle)
        {
            handle = _replyHandle[_sent];
            _reply.Version = Protocol.Version;
            _reply.Id = _replyId[_sent];
            _reply.Status = (ReplyStatus)_replyStatus[_sent];
            _reply.Text = _replyText[_sent];
            _reply.DataLength = 0;
            writer.Reset(buffer, 0, Limits.MaxPayload);
            _reply.Write(writer);
            return writer.Error == ContractError.None ? writer.Length : 0;
        }

        /// <summary>That reply is on its way.</summary>
        public void Sent()
        {
            _sent++;
        }

        /// <summary>The connection is a new one: what was not stored is sent again.</summary>
        public void Again()
        {
            _sent = 0;
        }

        /// <summary>The service has stored all replies up to this one.</summary>
        public void Stored(uint handle)
        {
            int gone = 0;
            while (gone < _replies && (int)(_replyHandle[gone] - handle) <= 0)
                gone++;
            _replies -= gone;
            _sent = _sent < gone ? 0 : _sent - gone;
            for (int i = 0; i < _replies; i++)
            {
                _replyHandle[i] = _replyHandle[i + gone];
                _replyId[i] = _replyId[i + gone];
                _replyStatus[i] = _replyStatus[i + gone];
                _replyText[i] = _replyText[i + gone];
            }
        }

        private void Reply(uint id, ReplyStatus status, string text)
        {
            // The end of a command whose answers nobody takes: who asks again gets it from what is known.
            if (_replies == NodeLimits.MaxReplies)
                return;
            _replyHandle[_replies] = ++_lastHandle;
            _replyId[_replies] = id;
            _replyStatus[_replies] = (byte)status;
            _replyText[_replies] = text;
            _replies++;
        }

        private int Find(uint id)
        {
            for (int i = 0; i < _ids.Length; i++)
            {
                // Type 0 is no command: an id of zero is as good as any.
                if (_ids[i] == id && _type[i] != 0)
                    return i;
            }
            return -1;
        }

        private void Load()
        {
            if (_known.Load() != NodeLimits.KnownCommands * KnownBytes)
                return;
            byte[] buffer = _known.Buffer;
            for (int i = 0; i < _ids.Length; i++)
            {
                // Oldest first, so that the next one takes the place of the oldest.
                int at = _known.Offset + i * KnownBytes;
                _ids[i] = Bytes.Get32(buffer, at);
                _status[i] = buffer[at + 4];
                _type[i] = buffer[at + 5];
            }
            for (int i = 0; i < _ids.Length; i++)
            {
                if (_type[i] == 0 || _status[i] != (byte)ReplyStatus.Accepted)
                    continue;
                if (_type[i] == (byte)CommandType.Reboot)
                    Finish(_ids[i], ReplyStatus.Done, "");
                else
                    Finish(_ids[i], ReplyStatus.Failed, "the node was restarted meanwhile");
            }
        }

        private bool Save()
        {
            byte[] buffer = _known.Buffer;
            for (int i = 0; i < _ids.Length; i++)
            {
                int from = (_next + i) % NodeLimits.KnownCommands;
                int at = _known.Offset + i * KnownBytes;
                Bytes.Put32(buffer, at, _ids[from]);
                buffer[at + 4] = _status[from];
                buffer[at + 5] = _type[from];
            }
            return _known.Save(NodeLimits.KnownCommands * KnownBytes) == Ports.StorageResult.Ok;
        }
    }
}
