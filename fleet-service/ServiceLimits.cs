namespace EdgeFleet.Service;

/// <summary>Bounds of the service that no board needs to know, with their arithmetic.</summary>
public static class ServiceLimits
{
    /// <summary>
    /// Largest REST request, in bytes. The largest is a configuration with 16 rules of about 300 bytes of JSON; a list
    /// of 1,000 pre-authorised boards has about 150 bytes each: 256 KiB holds both.
    /// </summary>
    public const int MaxRequestBytes = 256 * 1024;

    /// <summary>Nesting of JSON requests; ours need 4.</summary>
    public const int MaxJsonDepth = 16;

    /// <summary>Rows of one page of a list.</summary>
    public const int MaxPage = 500;

    /// <summary>Rows of a page where the caller does not say.</summary>
    public const int DefaultPage = 100;

    /// <summary>Names of sites and devices, notes and search texts, in characters.</summary>
    public const int MaxName = 64;

    /// <summary>Notes and reasons, in characters.</summary>
    public const int MaxNote = 256;

    /// <summary>
    /// Notices that wait for one live subscriber. A page redraws from the newest state, so it may miss some: at 10,000
    /// devices reporting once a minute, 167 notices a second, 512 are three seconds of a stalled browser.
    /// </summary>
    public const int LiveQueue = 512;

    /// <summary>Live subscribers; each costs a connection, and at most 512 notices of 48 bytes: 256 take 6 MiB.</summary>
    public const int MaxLiveSubscribers = 256;

    /// <summary>Boards of one enrolment.</summary>
    public const int MaxEnrolmentCount = 10_000;

    /// <summary>Longest life of an enrolment, in days; its secret is in the hands of technicians.</summary>
    public const int MaxEnrolmentDays = 366;

    /// <summary>Enrolments that are kept; each is about 300 bytes in memory.</summary>
    public const int MaxEnrolments = 5_000;

    /// <summary>Pre-authorised boards of one request.</summary>
    public const int MaxPreauthorisedAtOnce = 1_000;

    /// <summary>
    /// Claims that did not become a device and are kept for the operator. Only who holds an enrolment's secret can make
    /// one; beyond the bound the oldest refused ones go. 20,000 rows of about 300 bytes are 6 MB.
    /// </summary>
    public const int MaxOpenClaims = 20_000;

    /// <summary>Refused connections that are remembered for the operator, in memory.</summary>
    public const int MaxRefusedConnections = 200;

    /// <summary>When a pending board asks again, in seconds: an operator's approval reaches it within half a minute.</summary>
    public const int PendingRetryS = 30;

    /// <summary>When a refused board asks again, in seconds: 10,000 refused boards are three claims a second.</summary>
    public const int RefusedRetryS = 3600;

    /// <summary>Clock difference between node and service that token lifetimes forgive, in seconds.</summary>
    public const int TokenSkewS = 300;

    /// <summary>Shortest password, in characters (NIST SP 800-63B section 3.1.1.2 asks for 15 where it stands alone).</summary>
    public const int MinPassword = 12;

    /// <summary>Longest password, in characters: hashing a longer one would be a gift to who wants to keep us busy.</summary>
    public const int MaxPassword = 128;

    /// <summary>Wrong passwords of one user name from one address before it must wait.</summary>
    public const int FreeAttempts = 5;

    /// <summary>Wrong passwords from one address, whatever the names, before it must wait.</summary>
    public const int FreeAttemptsPerAddress = 20;

    /// <summary>First wait in seconds; it doubles with every further wrong password up to <see cref="MaxWaitS"/>.</summary>
    public const int FirstWaitS = 2;

    /// <summary>Longest wait, in seconds.</summary>
    public const int MaxWaitS = 900;

    /// <summary>Addresses and names whose wrong passwords are counted; the oldest go first. About 100 bytes each.</summary>
    public const int MaxThrottled = 10_000;

    /// <summary>Users of the service.</summary>
    public const int MaxUsers = 1_000;

    /// <summary>API tokens that are kept.</summary>
    public const int MaxApiTokens = 1_000;

    /// <summary>Longest life of an API token, in days.</summary>
    public const int MaxApiTokenDays = 366;

    /// <summary>Entries of the audit log that are kept: at 1,000 changes a day, ten years and 2 GB at most.</summary>
    public const int MaxAuditEntries = 4_000_000;

    /// <summary>JSON of one audit entry's before or after, in characters; longer is cut.</summary>
    public const int MaxAuditJson = 2_000;

    /// <summary>
    /// How often last-seen times and the last use of tokens reach the disk, in seconds. After a crash they are at most
    /// this old; 10,000 devices are 10,000 small updates in one transaction, about 50 ms.
    /// </summary>
    public const int FlushIntervalS = 30;

    /// <summary>How long a statement waits for the database before the caller is told to come back, in seconds.</summary>
    public const int DatabaseWaitS = 5;

    /// <summary>Free bytes of the data folder's disk below which health is degraded.</summary>
    public const long LowDiskBytes = 512L * 1024 * 1024;
}
