namespace EdgeFleet.Service.Features.Alerts;

/// <summary>How far a delivery is.</summary>
public enum DeliveryState
{
    /// <summary>It is to be sent, for the first time or again.</summary>
    Waiting,

    /// <summary>The other side has taken it.</summary>
    Delivered,

    /// <summary>It was given up.</summary>
    Failed,
}

/// <summary>What is sent.</summary>
/// <param name="What"><c>raised</c>, <c>cleared</c> or <c>test</c>.</param>
/// <param name="At">When it was queued.</param>
/// <param name="Alert">The alert as it was then.</param>
public sealed record AlertMessage(string What, DateTimeOffset At, Alert Alert);

/// <summary>Where mails go through. TLS is asked for unless the server is this machine.</summary>
public sealed class SmtpOptions
{
    /// <summary>Name of the mail server; empty: no mail is sent.</summary>
    public string Host { get; set; } = "";

    /// <summary>Port for a connection that becomes encrypted by STARTTLS.</summary>
    public int Port { get; set; } = 587;

    /// <summary>Who signs in; empty: nobody does.</summary>
    public string User { get; set; } = "";

    /// <summary>Password; give it in the environment (<c>EDGEFLEET_Smtp__Password</c>), not on the command line.</summary>
    public string Password { get; set; } = "";

    /// <summary>Address that mails come from.</summary>
    public string From { get; set; } = "";
}
