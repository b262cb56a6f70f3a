using System.Collections.Concurrent;
using EdgeFleet.Contracts;
using EdgeFleet.Flash.Boards;
using EdgeFleet.Flash.Nanoff;
using EdgeFleet.Flash.Profiles;
using EdgeFleet.Flash.Receipts;
using EdgeFleet.Flash.Service;
using EdgeFleet.Flash.Steps;

namespace EdgeFleet.Flash.Batch;

/// <summary>What happens at a port now.</summary>
/// <param name="Row">The node that is made there; empty: none.</param>
/// <param name="What">For people.</param>
internal sealed record PortStatus(string Row, string HardwareId, string What, DateTimeOffset Since);

/// <summary>Makes many boards, several at once: each port on its own, so that a bad board holds up nobody but itself.</summary>
internal sealed class BatchRun(
    IReadOnlyList<ManifestRow> rows, BatchState state, Profile profile, NodeKind kind, NanoffTool nanoff, StateFolders folders,
    FleetClient? client, FlashHost host, TimeSpan wait)
{
    private readonly RowPicker _picker = new(rows, state, kind);
    private readonly ConcurrentDictionary<NodeKind, DeployImage> _images = new();

    /// <summary>What happens at each port.</summary>
    public ConcurrentDictionary<string, PortStatus> Ports { get; } = new();

    /// <summary>Told of each board that is finished, or failed.</summary>
    public Action<ManifestRow, RowState>? Finished { get; init; }

    /// <summary>Runs until every row was tried, or no more boards come.</summary>
    public async Task RunAsync(IReadOnlyList<string> ports, CancellationToken cancel)
    {
        foreach (NodeKind needed in rows.Select(row => row.Kind ?? kind).Distinct())
            _images[needed] = DeployImage.Open(profile.Images, needed);
        List<IDisposable> claimed = [];
        try
        {
            foreach (string port in ports)
                claimed.Add(Flash.Ports.Claim(folders, port));
            await Task.WhenAll(ports.Select(port => PortAsync(port, cancel)));
        }
        finally
        {
            claimed.ForEach(port => port.Dispose());
        }
    }

    private async Task PortAsync(string port, CancellationToken cancel)
    {
        while (_picker.Left > 0)
        {
            Show(port, "", "", "plug a board in");
            host.PlugIn(port);
            if (!await WaitAsync(port, there: true, cancel))
                break;
            await BoardAsync(port, cancel);
            host.Unplug(port);
            if (_picker.Left == 0)
                break;
            Show(port, "", "", "done: unplug it, and plug the next one in");
            if (!await WaitAsync(port, there: false, cancel))
                break;
        }
        Show(port, "", "", "nothing left to do");
    }

    private async Task BoardAsync(string port, CancellationToken cancel)
    {
        ChipDetails chip;
        try
        {
            Show(port, "", "", "looking at the board");
            chip = await ChipAsync(port, cancel);
        }
        catch (FlashException e)
        {
            // Without an address nobody knows which row it would be: the board is put aside, and its row is still to be done.
            Show(port, "", "", $"{e.Failure}: {e.Message}");
            Finished?.Invoke(new ManifestRow($"(board at {port})", null, null, null, null, null),
                RowState.New with { Failure = e.Failure, Message = e.Message });
            return;
        }
        if (_picker.Take(chip, out bool done) is not { } row)
        {
            Show(port, "", chip.Mac, done ? "this board is done already" : "no row is for this board");
            return;
        }
        await RowAsync(port, row, chip, cancel);
    }

    private async Task<ChipDetails> ChipAsync(string port, CancellationToken cancel)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await nanoff.ChipAsync(port, null, cancel);
            }
            catch (FlashException e) when (attempt < FlashLimits.Tries && e.Failure == Failure.NoAnswer)
            {
                Show(port, "", "", "no answer; trying once more");
            }
        }
    }

    private async Task RowAsync(string port, ManifestRow row, ChipDetails chip, CancellationToken cancel)
    {
        NodeKind what = row.Kind ?? kind;
        BoardJob job = new(port, what, row.Board, profile, _images[what], row.Name, Again: false, row.Latitude, row.Longitude);
        long started = host.Time.GetTimestamp();
        Watcher watcher = new(this, port, row, chip);
        BoardRun run = new(job, nanoff, folders, client, host, watcher);
        state.Set(row.Name, state.Of(row.Name) with { HardwareId = chip.Mac, Failure = Failure.Interrupted, Message = "The run was ended." });
        RowState result;
        try
        {
            SignedReceipt receipt = await run.RunAsync(row.HardwareId, chip, cancel);
            result = RowState.New with { Done = true, ReceiptId = receipt.Id, DeviceId = receipt.Read().DeviceId };
        }
        catch (Exception e) when (e is FlashException or IOException or UnauthorizedAccessException)
        {
            FlashException problem = FlashException.Of(e);
            result = RowState.New with
            {
                Failure = problem.Failure, Message = problem.Message, Step = watcher.Step, DeviceId = run.State?.DeviceId,
            };
        }
        result = result with { HardwareId = chip.Mac, Seconds = Math.Round(host.Time.GetElapsedTime(started).TotalSeconds, 1) };
        state.Set(row.Name, result);
        Finished?.Invoke(row, result);
    }

    // A port comes and goes with its board's USB cable.
    private async Task<bool> WaitAsync(string port, bool there, CancellationToken cancel)
    {
        long since = host.Time.GetTimestamp();
        while (NanoffErrors.PortExists(port) != there)
        {
            if (_picker.Left == 0 || host.Time.GetElapsedTime(since) >= wait)
                return false;
            await Task.Delay(host.Poll, host.Time, cancel);
        }
        return true;
    }

    private void Show(string port, string row, string hardwareId, string what) =>
        Ports[port] = new PortStatus(row, hardwareId, what, host.Time.GetUtcNow());

    private sealed class Watcher(BatchRun batch, string port, ManifestRow row, ChipDetails chip) : IBoardWatcher
    {
        public Step Step { get; private set; }

        public void Begins(Step step, string what)
        {
            Step = step;
            batch.Show(port, row.Name, chip.Mac, ScreenWatcher.Title(step));
        }

        public void Says(Step step, string what) => batch.Show(port, row.Name, chip.Mac, $"{ScreenWatcher.Title(step)}: {what}");

        public void Done(Step step, string what, bool earlier)
        {
        }

        // Nobody is asked in the middle of a batch: the manifest names the board.
        public Board? Choose(ChipDetails found, IReadOnlyList<Board> candidates) => null;

        public bool Confirm(string question) => false;
    }
}
