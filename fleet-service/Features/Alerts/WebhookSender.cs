using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace EdgeFleet.Service.Features.Alerts;

/// <summary>
/// Posts a message, signed: <c>X-EdgeFleet-Signature: v1=hex(HMAC-SHA256(secret, timestamp + "." + body))</c>, with the
/// timestamp in Unix seconds in <c>X-EdgeFleet-Timestamp</c>. A receiver refuses timestamps older than a few minutes and
/// so messages that somebody sends again. The same delivery has the same <c>X-EdgeFleet-Delivery</c> in every attempt.
/// </summary>
public sealed class WebhookSender : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        // A redirect would carry the message to an address that nobody has checked.
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        Timeout = TimeSpan.FromMilliseconds(AlertLimits.AttemptMs),
        MaxResponseContentBufferSize = 64 * 1024,
    };

    /// <summary>Signs a body.</summary>
    public static string Sign(byte[] secret, long timestamp, string body) => "v1=" + Convert.ToHexStringLower(
        HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(timestamp.ToString(CultureInfo.InvariantCulture) + "." + body)));

    /// <summary>Sends once; null: it was taken, else why not.</summary>
    internal async Task<string?> SendAsync(
        string target, byte[] secret, long delivery, string body, DateTimeOffset now, CancellationToken cancel)
    {
        long timestamp = now.ToUnixTimeSeconds();
        using HttpRequestMessage request = new(HttpMethod.Post, target)
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", "EdgeFleet");
        request.Headers.TryAddWithoutValidation("X-EdgeFleet-Delivery", delivery.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("X-EdgeFleet-Timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("X-EdgeFleet-Signature", Sign(secret, timestamp, body));
        try
        {
            using HttpResponseMessage response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            return response.IsSuccessStatusCode ? null : $"answered {(int)response.StatusCode}";
        }
        catch (HttpRequestException e)
        {
            return e.HttpRequestError == HttpRequestError.Unknown ? e.Message : e.HttpRequestError.ToString();
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"no answer in {AlertLimits.AttemptMs / 1000} s";
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();
}
