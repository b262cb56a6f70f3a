using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace EdgeFleet.Flash.Nanoff;

/// <summary>
/// Runs nanoff and reads what it says. Nothing secret is ever among the arguments: passwords go into files of a
/// <see cref="Files.PrivateFolder"/>, whose paths are given.
/// </summary>
/// <param name="path">The program.</param>
/// <param name="quiet">Silence after which it is ended.</param>
/// <param name="total">Time after which it is ended.</param>
internal sealed class NanoffProcess(string path, TimeSpan quiet, TimeSpan total, TimeProvider time)
{
    /// <summary>Runs it to its end.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="heard">Told of every line and step of progress.</param>
    /// <param name="cancel">Ends the process and whatever it has started.</param>
    /// <exception cref="FlashException">It cannot be started, or hangs.</exception>
    public async Task<NanoffResult> RunAsync(
        IReadOnlyList<string> arguments, Action<string>? heard, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        using Process process = Start(arguments);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Lines lines = new(heard, time);
        Task output = lines.ReadAsync(process.StandardOutput, ended.Token);
        Task error = lines.ReadAsync(process.StandardError, ended.Token);
        Task exit = process.WaitForExitAsync(CancellationToken.None);
        long started = time.GetTimestamp();
        try
        {
            while (!exit.IsCompleted)
            {
                TimeSpan left = Min(quiet - time.GetElapsedTime(lines.LastHeard), total - time.GetElapsedTime(started));
                if (left <= TimeSpan.Zero)
                {
                    throw new FlashException(Failure.NanoffHangs,
                        $"nanoff said nothing for {quiet.TotalSeconds:F0} s, or did not end within {total.TotalMinutes:F0} min; it was ended.",
                        "Unplug the board, plug it in again, and run this again: it goes on where it stopped.");
                }
                await Task.WhenAny(exit, Task.Delay(left, time, cancel));
                cancel.ThrowIfCancellationRequested();
            }
            await Task.WhenAll(output, error);
            return new NanoffResult(process.ExitCode, lines.All());
        }
        finally
        {
            // A flasher that outlives its tool holds the port, and writes on.
            await EndAsync(process, exit);
            await ended.CancelAsync();
            await Task.WhenAll(Quietly(output), Quietly(error));
        }
    }

    private Process Start(IReadOnlyList<string> arguments)
    {
        ProcessStartInfo start = new(path, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        start.Environment["NANOFRAMEWORK_TELEMETRY_OPTOUT"] = "1";
        try
        {
            Process process = Process.Start(start)!;
            process.StandardInput.Close();
            return process;
        }
        catch (Exception e) when (e is Win32Exception or FileNotFoundException)
        {
            throw NanoffTool.Missing(path);
        }
    }

    private static async Task EndAsync(Process process, Task exit)
    {
        if (exit.IsCompleted)
            return;
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has just ended by itself.
        }
        await exit;
    }

    private static async Task Quietly(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // What a process that was ended would have said is of no interest.
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    /// <summary>Cuts text into lines; a carriage return alone begins a progress bar anew.</summary>
    private sealed class Lines(Action<string>? heard, TimeProvider time)
    {
        private readonly Queue<string> _lines = new();
        private long _lastHeard = time.GetTimestamp();

        public long LastHeard => Interlocked.Read(ref _lastHeard);

        public IReadOnlyList<string> All()
        {
            lock (_lines)
                return [.. _lines];
        }

        public async Task ReadAsync(StreamReader reader, CancellationToken cancel)
        {
            char[] buffer = new char[1024];
            StringBuilder line = new();
            bool returned = false;
            int got;
            while ((got = await reader.ReadAsync(buffer, cancel)) > 0)
            {
                Interlocked.Exchange(ref _lastHeard, time.GetTimestamp());
                for (int i = 0; i < got; i++)
                {
                    char c = buffer[i];
                    if (c == '\n' || returned)
                        Add(line, keep: c == '\n');
                    returned = c == '\r';
                    if (c is not ('\r' or '\n') && line.Length < FlashLimits.FlasherLine)
                        line.Append(c);
                }
            }
            if (line.Length != 0)
                Add(line, keep: true);
        }

        private void Add(StringBuilder line, bool keep)
        {
            string text = line.ToString().TrimEnd();
            line.Clear();
            if (text.Length != 0)
                heard?.Invoke(text);
            if (!keep)
                return;
            lock (_lines)
            {
                _lines.Enqueue(text);
                if (_lines.Count > FlashLimits.FlasherLines)
                    _lines.Dequeue();
            }
        }
    }
}
