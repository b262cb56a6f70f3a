using System.Net;
using System.Net.Mail;
using System.Text;
using System.Text.Json;
using EdgeFleet.Service.Hosting;

namespace EdgeFleet.Service.Features.Alerts;

/// <summary>Sends a message as a mail, in words.</summary>
public sealed class MailSender(FleetOptions options)
{
    /// <summary>What is null is left out when it is written.</summary>
    private static readonly JsonSerializerOptions Stored =
        new(StoredJson.Options) { RespectRequiredConstructorParameters = false };

    /// <summary>Sends once; null: the server has taken it, else why not.</summary>
    internal async Task<string?> SendAsync(string target, long delivery, string body, CancellationToken cancel)
    {
        SmtpOptions smtp = options.Smtp;
        if (smtp.Host.Length == 0 || smtp.From.Length == 0)
            return "no mail server: set Smtp:Host and Smtp:From";
        using MailMessage mail = Compose(smtp.From, target, delivery, JsonSerializer.Deserialize<AlertMessage>(body, Stored)!);
        using SmtpClient client = new(smtp.Host, smtp.Port)
        {
            // Off this machine the connection becomes encrypted, or there is none.
            EnableSsl = !AlertRoutes.IsLoopback(smtp.Host),
            Credentials = smtp.User.Length == 0 ? null : new NetworkCredential(smtp.User, smtp.Password),
        };
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        late.CancelAfter(AlertLimits.AttemptMs);
        try
        {
            await client.SendMailAsync(mail, late.Token);
            return null;
        }
        catch (SmtpException e)
        {
            return $"{e.StatusCode}: {e.InnerException?.Message ?? e.Message}";
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"no answer in {AlertLimits.AttemptMs / 1000} s";
        }
    }

    private static MailMessage Compose(string from, string to, long delivery, AlertMessage message)
    {
        Alert alert = message.Alert;
        string subject = alert.Device ?? alert.Site;
        MailMessage mail = new(from, to)
        {
            Subject = $"[EdgeFleet] {alert.Severity} {message.What}: {subject} {alert.Key}",
            SubjectEncoding = Encoding.UTF8,
            BodyEncoding = Encoding.UTF8,
        };
        StringBuilder text = new();
        text.AppendLine($"{alert.Severity} alert {message.What}");
        Line(text, "Node", alert.Device);
        Line(text, "Site", alert.Site.Length == 0 ? null : alert.Site);
        Line(text, "Alert", alert.Key);
        Line(text, "Says", alert.Text);
        if (alert.Channel != null)
            Line(text, "Value", FormattableString.Invariant($"{alert.Channel} {alert.Value} (level {alert.Level})"));
        Line(text, "Since", $"{alert.RaisedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC");
        Line(text, "Ended", alert.ClearedAt is { } end ? $"{end.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC" : null);
        Line(text, "Times", alert.Count.ToString());
        mail.Body = text.ToString();
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        mail.Headers.Add("X-EdgeFleet-Delivery", delivery.ToString());
        return mail;
    }

    private static void Line(StringBuilder text, string label, string? value)
    {
        if (value != null)
            text.AppendLine($"{label}: {value}");
    }
}
