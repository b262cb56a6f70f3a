using System.Net;
using System.Net.Http.Headers;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Commands;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Service.Tests.Commands;

/// <summary>What the pages of commands say, and to whom.</summary>
public sealed class CommandPageTests : IAsyncLifetime
{
    private TestService _service = null!;
    private string _id = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await TestService.StartAsync();
        _id = (await new Board(_service).JoinAsync((await Board.EnrolAsync(_service)).Enrolment.Id)).DeviceId;
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task Pages_show_orders_and_offer_what_the_role_may_do()
    {
        CommandOrder order = (await _service.Get<CommandCenter>().OrderAsync(
            new CommandRequest(CommandType.SelfTest, Filter: "kind:airbox", Argument: "<z>"), Actor.System)).Value!;
        foreach (Role role in new[] { Role.Viewer, Role.Technician, Role.Operator })
        {
            using HttpClient client = await _service.ClientAsync(role);
            client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
            string list = await PageAsync(client, "/commands?filter=tag:canary");
            Assert.Contains("Self-test", list);
            Assert.Contains("1 sent", list);
            Assert.Equal(role >= Role.Operator, list.Contains("Count the devices"));
            string one = await PageAsync(client, $"/commands/{order.Id}?state=sent");
            Assert.Contains(_id, one);
            Assert.Contains("kind:airbox", one);
            Assert.Contains("&lt;z&gt;", one);
            Assert.Contains("Self-test", await PageAsync(client, $"/devices/{_id}/commands"));
            string panel = await PageAsync(client, $"/devices/{_id}/commands?handler=Panel");
            Assert.Equal(role >= Role.Technician, panel.Contains("value=\"Reboot\""));
            Assert.DoesNotContain("CaptureNow", panel);
            Assert.Contains("device-commands", await PageAsync(client, $"/devices/{_id}"));
            Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/commands/4711")).StatusCode);
        }
    }

    private static async Task<string> PageAsync(HttpClient client, string path)
    {
        using HttpResponseMessage response = await client.GetAsync(path);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{path}: {response.StatusCode} {text}");
        return text;
    }
}
