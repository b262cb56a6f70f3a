namespace EdgeFleet.Service.Features.Commands;

/// <summary>Bounds of commands, with their arithmetic.</summary>
public static class CommandLimits
{
    /// <summary>Devices of one order: twice the fleet we build for; their rows are written in about a second.</summary>
    public const int MaxDevices = 20_000;

    /// <summary>
    /// Commands that have not come to their end, of the whole fleet. Each takes about 200 bytes in memory: 40 MB at most.
    /// </summary>
    public const int MaxOpen = 200_000;

    /// <summary>Commands that wait for one device: it remembers its last 16, and an offline one gets all at once.</summary>
    public const int MaxOpenOfDevice = 8;

    /// <summary>Shortest life of a command, in seconds: a node that has to answer needs a few.</summary>
    public const int MinExpiryS = 10;

    /// <summary>Longest life of a command, in seconds: 30 days. Later than that nobody remembers why.</summary>
    public const int MaxExpiryS = 30 * 24 * 3600;

    /// <summary>Life of a command where nobody says, in seconds.</summary>
    public const int DefaultExpiryS = 3600;

    /// <summary>How long after its expiry the answer of a command that was sent is waited for, in seconds.</summary>
    public const int AnswerGraceS = 300;

    /// <summary>A command that was sent and not answered is sent again after so many seconds; the node does it once.</summary>
    public const int ResendS = 120;

    /// <summary>Days for which orders and their answers are kept.</summary>
    public const int KeepDays = 180;

    /// <summary>Rows that one statement names: SQLite takes 32,766 parameters, and a step should stay short.</summary>
    public const int Chunk = 1_000;

    /// <summary>A caller's own key of an order, in characters.</summary>
    public const int MaxKey = 64;
}
