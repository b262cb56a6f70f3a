using System.Globalization;
using System.Security.Cryptography;
using EdgeFleet.Contracts;
using EdgeFleet.Flash.Boards;
using EdgeFleet.Flash.Files;
using EdgeFleet.Flash.Nanoff;
using EdgeFleet.Flash.Receipts;
using EdgeFleet.Flash.Service;

namespace EdgeFleet.Flash.Steps;

/// <summary>
/// Takes one board from bare to its receipt. Each step is noted when it is done, with what it was done with, so that a run may
/// be ended anywhere and run again; a step whose input has changed, and all after it, are done anew.
/// </summary>
/// <param name="client">The service; null: there is none here, and the receipt says that nobody has seen the node.</param>
internal sealed class BoardRun(
    BoardJob job, NanoffTool nanoff, StateFolders folders, FleetClient? client, FlashHost host, IBoardWatcher watcher)
{
    private static readonly Failure[] WorthATry =
        [Failure.NoAnswer, Failure.WriteFailed, Failure.NotStarted, Failure.NetworkFailed, Failure.FilesFailed];

    private readonly Witness? _witness = client == null ? null : new Witness(client, host);
    private ChipDetails _chip = null!;
    private Board _board = null!;
    private BoardState _state = null!;
    private BoardClaim? _claimBefore;

    /// <summary>How far it came.</summary>
    public BoardState? State => _state;

    /// <summary>Does what is left to do; gives the receipt.</summary>
    /// <param name="expected">The board that it must be; null: any.</param>
    /// <param name="found">The chip at the port, where it has just been looked at.</param>
    public async Task<SignedReceipt> RunAsync(string? expected, ChipDetails? found, CancellationToken cancel)
    {
        try
        {
            await DetectAsync(expected, found, cancel);
            if (!job.Again && _state.ReceiptId is { } made && _state.Done.ContainsKey(Step.Receipt) && ReceiptStore.Find(folders, made) is { } receipt)
            {
                watcher.Done(Step.Receipt, $"this board was finished before, as {_state.DeviceId ?? _chip.Mac}", earlier: true);
                return receipt;
            }
            await PrepareAsync(cancel);
            await FlashAsync(cancel);
            await ConfigureAsync(cancel);
            await WitnessAsync(cancel);
            return await ReceiptAsync(cancel);
        }
        catch (Exception e) when (_state != null && e is FlashException or OperationCanceledException or IOException)
        {
            FlashException problem = FlashException.Of(e);
            // What is on the flash is not what was written: nothing that was noted about it holds.
            if (problem.Failure == Failure.VerifyMismatch)
                _state = _state with { Done = new Dictionary<Step, string>() };
            Remember(problem);
            throw;
        }
    }

    private async Task DetectAsync(string? expected, ChipDetails? found, CancellationToken cancel)
    {
        watcher.Begins(Step.Detect, job.Port);
        if (!NanoffErrors.PortExists(job.Port))
            throw new FlashException(Failure.PortMissing, $"There is no port {job.Port}.", "Plug the board in, with a cable that carries data.");
        if (found != null)
            _chip = found;
        else
            await TryAsync(Step.Detect, async heard => _chip = await nanoff.ChipAsync(job.Port, heard, cancel));
        if (expected != null && expected != _chip.Mac)
        {
            throw new FlashException(Failure.WrongBoard, $"At {job.Port} is the board {_chip.Mac}; {expected} was meant.",
                "Plug in the board that is named, or run this for the one that is there.");
        }
        _state = BoardState.Load(folders, _chip.Mac, host.Time);
        _board = WhichBoard();
        watcher.Done(Step.Detect, $"{_chip.Name}, {_chip.FlashMb} MB flash, {_chip.Mac}: {_board.Title}", earlier: false);
    }

    private Board WhichBoard()
    {
        Chip chip = Chip.Find(_chip.Type) ?? throw new FlashException(
            Failure.WrongChip, $"At {job.Port} is {_chip.Name}; there is no image for {_chip.Type}.", "Take a board of hardware/boards.md.");
        if (job.Board is { } named)
        {
            if (named.Unlike(_chip) is { } why)
                throw new FlashException(Failure.WrongChip, why, "Name the board that is there with --board, or take another.");
            return Fit(named);
        }
        List<Board> candidates = [.. Board.With(chip).Where(b => b.Unlike(_chip) == null && (job.Kind != NodeKind.Bridge || b.Bridge))];
        // An ESP32-S3 tells how much memory is in its package, and with it how it is attached.
        if (chip.Type == "ESP32-S3" && _chip.Psram is "2MB" or "8MB")
            candidates.RemoveAll(b => b.Target.EndsWith("OCTAL", StringComparison.Ordinal) != (_chip.Psram == "8MB"));
        Board? chosen = Board.Find(_state.Board) is { } known && candidates.Contains(known) ? known
            : candidates.Count == 1 ? candidates[0] : watcher.Choose(_chip, candidates);
        return Fit(chosen ?? throw new FlashException(Failure.BadInput,
            $"{_chip.Name} may be several boards, and none was named.", $"Name it with --board: {string.Join(", ", candidates.Select(b => b.Id))}."));
    }

    private Board Fit(Board board) => job.Kind != NodeKind.Bridge || board.Bridge ? board : throw new FlashException(
        Failure.WrongChip, $"{board.Title} has too little memory for a bridge node.", "Take one with PSRAM: hardware/boards.md.");

    // Whatever the service can say against it is said before anything is erased.
    private async Task PrepareAsync(CancellationToken cancel)
    {
        string enrolment = job.Profile.Settings.Enrolment;
        if (job.Profile.Network.Wired && !_board.Wired)
            throw new FlashException(Failure.BadInput, $"{_board.Title} has no Ethernet, and the network profile is for a cable.", "Give a profile with Wi-Fi.");
        bool begun = _state.Done.ContainsKey(Step.Runtime) && _state.Enrolment == enrolment && !(job.Again && _state.ReceiptId != null);
        if (!begun)
            _state = new BoardState { HardwareId = _chip.Mac, StartedAt = host.Time.GetUtcNow() };
        _state = _state with { Kind = job.Kind, Board = _board.Id, Enrolment = enrolment };
        if (_witness == null)
            return;
        Enrolment known = await _witness.EnrolmentAsync(enrolment, _chip.Mac, cancel);
        if (known.Kind != job.Kind)
            throw new FlashException(Failure.BadInput, $"The enrolment {enrolment} is for the kind {known.Kind}, not {job.Kind}.");
        _claimBefore = await _witness.ClaimAsync(enrolment, _chip.Mac, cancel);
        if (begun || await _witness.DeviceAsync(_chip.Mac, cancel) is not { } device)
            return;
        string question = $"This board is {device.Device.Id} at {device.Device.Site} already. Erase it and let it claim its identity anew?";
        if (!job.Again && !watcher.Confirm(question))
        {
            throw new FlashException(Failure.WrongBoard, $"This board is {device.Device.Id} at {device.Device.Site} already.",
                "With --again it is erased, and claims its identity anew.");
        }
        await client!.PostAsync<DeviceView>($"/api/v1/devices/{device.Device.Id}/release", new { }, cancel);
    }

    private async Task FlashAsync(CancellationToken cancel)
    {
        await StepAsync(Step.Runtime, _board.Target, async heard => await nanoff.UpdateAsync(
            job.Port, _board.Target, job.Profile.RuntimeVersion, job.Profile.Archive, heard, cancel));
        await StepAsync(Step.Image, Path.GetFileName(job.Image.Path), async heard => await nanoff.DeployAsync(
            job.Port, _board.Target, job.Image.Path, _board.Chip.DeployAddress, heard, cancel));
        await StepAsync(Step.ReadBack, "what is on the flash", async heard =>
        {
            ReadBack found = await ReadBackAsync(heard, cancel);
            _state = _state with { ReadBack = found };
        });
    }

    private async Task<ReadBack> ReadBackAsync(Action<string> heard, CancellationToken cancel)
    {
        byte[] flash;
        using (PrivateFolder folder = new(host.Temp))
            flash = await nanoff.ReadBackAsync(job.Port, folder, heard, cancel);
        Partition deploy = PartitionTable.Read(flash).FirstOrDefault(p => p.Label == "deploy");
        if (deploy.Size == 0)
            throw Mismatch("the flash has no partition table with a deployment partition");
        if (deploy.Offset != _board.Chip.DeployAddress)
            throw Mismatch($"the runtime's deployment partition begins at 0x{deploy.Offset:X}, and the image was written at 0x{_board.Chip.DeployAddress:X}");
        if (job.Image.Bytes.Length > deploy.Size)
            throw Mismatch($"the image has {job.Image.Bytes.Length:N0} bytes, and the partition {deploy.Size:N0}");
        ReadOnlySpan<byte> there = flash.AsSpan((int)deploy.Offset, job.Image.Bytes.Length);
        int same = there.CommonPrefixLength(job.Image.Bytes);
        if (same != job.Image.Bytes.Length)
            throw Mismatch($"from 0x{deploy.Offset + same:X} on it is not the image");
        string digest = Convert.ToHexStringLower(SHA256.HashData(there));
        RuntimeDetails runtime = await nanoff.RuntimeAsync(job.Port, heard, cancel);
        string assembly = DeployImage.AssemblyOf(job.Kind);
        if (runtime.Target != _board.Target || !runtime.Assemblies.TryGetValue(assembly, out string? version))
        {
            throw Mismatch($"the board runs {runtime.Target} with {string.Join(", ", runtime.Assemblies.Keys)}, and {_board.Target} with {assembly} was written");
        }
        return new ReadBack(deploy.Offset, digest, runtime.Target, runtime.Version, assembly, version);
    }

    private async Task ConfigureAsync(CancellationToken cancel)
    {
        string way = job.Profile.Network.Wired ? "Ethernet" : job.Profile.Network.Ssid!;
        await StepAsync(Step.Network, way, async heard =>
        {
            using PrivateFolder folder = new(host.Temp);
            string file = folder.Write("network.json", NanoffTool.Json(job.Profile.Network.Describe(job.Port)));
            await nanoff.NetworkAsync(job.Port, file, heard, cancel);
        });
        await StepAsync(Step.Files, $"enrolment {job.Profile.Settings.Enrolment}", async heard =>
        {
            using PrivateFolder folder = new(host.Temp);
            List<object> files = [new { DestinationFilePath = @"I:\edgefleet.cfg", SourceFilePath = folder.Write("edgefleet.cfg", job.Profile.Settings.For(_board, _chip)) }];
            if (job.Profile.Authority is { } authority)
                files.Add(new { DestinationFilePath = @"I:\edgefleet-ca.pem", SourceFilePath = folder.Write("edgefleet-ca.pem", authority) });
            string description = folder.Write("files.json", NanoffTool.Json(new { SerialPort = job.Port, Files = files }));
            await nanoff.FilesAsync(job.Port, description, files.Count, heard, cancel);
        });
        if (_witness != null && _state.WindowsBefore < 0)
        {
            DeviceView? device = await _witness.DeviceAsync(_chip.Mac, cancel);
            _state = _state with { WindowsBefore = device == null ? 0 : await _witness.WindowsAsync(device.Device.Id, cancel) };
        }
        await StepAsync(Step.Start, "the node", async heard => await nanoff.ChipAsync(job.Port, heard, cancel));
    }

    private async Task WitnessAsync(CancellationToken cancel)
    {
        if (_witness == null)
            return;
        await StepAsync(Step.Claim, "the service", async _ =>
        {
            string device = await _witness.ClaimedAsync(
                job.Profile.Settings.Enrolment, _chip.Mac, _claimBefore, what => watcher.Says(Step.Claim, what), cancel);
            _state = _state with { DeviceId = device };
            if (job.Name != null || job.Latitude != null)
                await client!.PatchAsync<DeviceView>($"/api/v1/devices/{device}", new { job.Name, job.Latitude, job.Longitude }, cancel);
        });
        await StepAsync(Step.Telemetry, _state.DeviceId!, async _ => await _witness.ReportedAsync(_state.DeviceId!, _state.WindowsBefore, cancel));
        await StepAsync(Step.Sensors, _state.DeviceId!, async _ =>
        {
            foreach (LatestValue value in await _witness.SensorsAsync(_state.DeviceId!, job.Kind, cancel))
            {
                if (value.Mean is { } mean)
                    watcher.Says(Step.Sensors, string.Create(CultureInfo.InvariantCulture, $"{value.Channel} {mean:0.###} {value.Unit}"));
            }
            if (await new SelfTest(client!, host).RunAsync(_state.DeviceId!, cancel) is { } passed)
                watcher.Says(Step.Sensors, "self-test: " + passed);
        });
    }

    private async Task<SignedReceipt> ReceiptAsync(CancellationToken cancel)
    {
        watcher.Begins(Step.Receipt, _state.DeviceId ?? _chip.Mac);
        ReceiptMaker maker = new(folders, host);
        SignedReceipt receipt = maker.Flash(job, _board, _chip, _state, seen: _witness != null);
        ReceiptStore.Keep(folders, receipt);
        bool sent = client != null && await ReceiptStore.SendAsync(folders, receipt, client, cancel);
        _state = _state.With(Step.Receipt, job.Profile.Settings.Enrolment) with { ReceiptId = receipt.Id };
        _state.Save(folders);
        watcher.Done(Step.Receipt, $"{receipt.Id}{(sent ? "" : ", kept here until `sync`")}", earlier: false);
        return receipt;
    }

    private async Task StepAsync(Step step, string what, Func<Action<string>, Task> act)
    {
        string input = job.InputOf(step, _board, _chip);
        if (_state.Has(step, input))
        {
            watcher.Done(step, what, earlier: true);
            return;
        }
        watcher.Begins(step, what);
        await TryAsync(step, act);
        _state = _state.With(step, input);
        _state.Save(folders);
        watcher.Done(step, what, earlier: false);
    }

    private async Task TryAsync(Step step, Func<Action<string>, Task> act)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await act(line => watcher.Says(step, line));
                return;
            }
            catch (FlashException e) when (attempt < FlashLimits.Tries && WorthATry.Contains(e.Failure))
            {
                watcher.Says(step, $"{e.Message} Trying once more.");
            }
        }
    }

    private void Remember(FlashException problem)
    {
        try
        {
            (_state with { LastFailure = $"{problem.Failure}: {problem.Message}" }).Save(folders);
        }
        catch (IOException)
        {
            // The disk that failed the run is the one that this would go to.
        }
    }

    private static FlashException Mismatch(string what) => new(
        Failure.VerifyMismatch, $"Read back from the board: {what}.", "Run this again: everything is written anew. A board that does this twice is faulty, or its image does not fit the runtime.");
}
