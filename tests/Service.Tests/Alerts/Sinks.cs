using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EdgeFleet.Service.Tests.Alerts;

/// <summary>What a webhook received.</summary>
public sealed record HookCall(long Timestamp, string Signature, string Delivery, string Body);

/// <summary>Somebody else's service that takes webhooks.</summary>
public sealed class HookSink : IAsyncDisposable
{
    private readonly Channel<HookCall> _calls = Channel.CreateUnbounded<HookCall>();
    private readonly WebApplication _app;

    public HookSink()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/hook", async (HttpContext context) =>
        {
            using StreamReader reader = new(context.Request.Body);
            string body = await reader.ReadToEndAsync();
            IHeaderDictionary headers = context.Request.Headers;
            HookCall call = new(long.Parse(headers["X-EdgeFleet-Timestamp"]!), headers["X-EdgeFleet-Signature"]!,
                headers["X-EdgeFleet-Delivery"]!, body);
            _calls.Writer.TryWrite(call);
            context.Response.StatusCode = (int)Status;
        });
        _app.StartAsync().GetAwaiter().GetResult();
        Url = _app.Urls.First() + "/hook";
    }

    public string Url { get; }

    public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;

    public int Waiting => _calls.Reader.Count;

    public async Task<HookCall> NextAsync()
    {
        using CancellationTokenSource late = new(TimeSpan.FromSeconds(30));
        return await _calls.Reader.ReadAsync(late.Token);
    }

    public void Forget()
    {
        while (_calls.Reader.TryRead(out HookCall? _))
        {
            // Whatever came so far.
        }
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}

/// <summary>What a mail server took.</summary>
public sealed record SmtpMail(string From, string To, string Data);

/// <summary>A mail server that takes everything: as much of RFC 5321 as a client needs.</summary>
public sealed class SmtpSink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Channel<SmtpMail> _mails = Channel.CreateUnbounded<SmtpMail>();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _running;

    public SmtpSink()
    {
        _listener.Start();
        _running = RunAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async Task<SmtpMail> NextAsync()
    {
        using CancellationTokenSource late = new(TimeSpan.FromSeconds(30));
        return await _mails.Reader.ReadAsync(late.Token);
    }

    public async ValueTask DisposeAsync()
    {
        _end.Cancel();
        _listener.Stop();
        try
        {
            await _running;
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or IOException)
        {
            // The listener or the open connection ended under it.
        }
    }

    private async Task RunAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            using TcpClient client = await _listener.AcceptTcpClientAsync(_end.Token);
            using NetworkStream stream = client.GetStream();
            using StreamReader reader = new(stream, Encoding.UTF8);
            await using StreamWriter writer = new(stream, new UTF8Encoding(false)) { NewLine = "\r\n", AutoFlush = true };
            await TalkAsync(reader, writer);
        }
    }

    private async Task TalkAsync(StreamReader reader, StreamWriter writer)
    {
        (string from, string to) = ("", "");
        await writer.WriteLineAsync("220 sink.example.org ESMTP");
        while (await reader.ReadLineAsync(_end.Token) is { } line)
        {
            string verb = line.Split(' ', ':')[0].ToUpperInvariant();
            if (verb == "MAIL")
                from = Address(line);
            else if (verb == "RCPT")
                to = Address(line);
            if (verb == "DATA")
            {
                await writer.WriteLineAsync("354 go on");
                StringBuilder data = new();
                while (await reader.ReadLineAsync(_end.Token) is { } text && text != ".")
                    data.AppendLine(text);
                _mails.Writer.TryWrite(new SmtpMail(from, to, Decode(data.ToString())));
            }
            await writer.WriteLineAsync(verb == "QUIT" ? "221 bye" : verb == "EHLO" ? "250 sink.example.org" : "250 ok");
            if (verb == "QUIT")
                return;
        }
    }

    private static string Address(string line) => line[(line.IndexOf(':') + 1)..].Split(' ')[0];

    /// <summary>Base64 and quoted-printable soft breaks are how a mail travels, not what it says.</summary>
    private static string Decode(string data)
    {
        int end = data.IndexOf(Environment.NewLine + Environment.NewLine, StringComparison.Ordinal);
        string body = data[end..];
        if (data[..end].Contains("base64", StringComparison.OrdinalIgnoreCase))
            body = Encoding.UTF8.GetString(Convert.FromBase64String(string.Concat(body.Split('\r', '\n'))));
        return data[..end] + "\n" + body.Replace("=\r\n", "").Replace("=\n", "").Replace("=0D=0A", "\n");
    }
}
