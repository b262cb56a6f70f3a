using System.Net;
using System.Text;
using System.Text.Json;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Provisioning;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Service.Tests.Provisioning;

/// <summary>Enrolments and claims over REST, as tools use them.</summary>
public sealed class EnrolmentApiTests : IAsyncLifetime
{
    private TestService _service = null!;
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await TestService.StartAsync();
        _client = await _service.ClientAsync(Role.Operator);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _service.DisposeAsync();
    }

    [Fact]
    public async Task An_enrolment_shows_its_secret_once_and_boards_join_with_it()
    {
        EnrolmentWithSecret made = await (await CreateAsync(Body())).ValueAsync<EnrolmentWithSecret>();
        Assert.Equal((EnrolmentState.Open, 3, 0), (made.Enrolment.State, made.Enrolment.Count, made.Enrolment.Used));
        string list = await _client.GetStringAsync("/api/v1/enrolments");
        Assert.Contains(made.Enrolment.Id, list);
        Assert.DoesNotContain(made.Secret, list);
        Assert.DoesNotContain(made.Secret, await _client.GetStringAsync("/api/v1/enrolments/" + made.Enrolment.Id));

        Board board = new(_service);
        Assert.Equal(Refusal.None, (await board.ConnectAsync("claim/" + made.Enrolment.Id, made.SecretBytes()))
            .Refusal);
        await board.ClaimAsync(made.Enrolment.Id);
        ClaimPage waiting = await (await _client.GetAsync("/api/v1/claims?state=pending")).ValueAsync<ClaimPage>();
        BoardClaim claim = Assert.Single(waiting.Items);
        BoardClaim approved = await (await _client.PostAsync($"/api/v1/claims/{claim.Id}/approve", null))
            .ValueAsync<BoardClaim>();
        Assert.Equal((ClaimState.Granted, "token:test"), (approved.State, approved.DecidedBy));
        Assert.Equal(ClaimStatus.Granted, board.Answer().Status);
        Assert.Equal("claim-not-pending", await (await _client.PostAsync($"/api/v1/claims/{claim.Id}/reject", null))
            .ProblemAsync(HttpStatusCode.Conflict));
        Assert.Equal("claim-granted", await (await _client.DeleteAsync($"/api/v1/claims/{claim.Id}"))
            .ProblemAsync(HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task An_approval_beyond_the_count_or_after_closing_is_refused_by_name()
    {
        string id = (await (await CreateAsync(Body(("count", "1")))).ValueAsync<EnrolmentWithSecret>()).Enrolment.Id;
        await new Board(_service, "aaaaaaaaaaaa").ClaimAsync(id);
        await new Board(_service, "bbbbbbbbbbbb").ClaimAsync(id);
        ClaimPage page = await (await _client.GetAsync("/api/v1/claims?enrolment=" + id)).ValueAsync<ClaimPage>();
        Assert.Equal(2, page.Total);
        Assert.Equal(HttpStatusCode.OK,
            (await _client.PostAsync($"/api/v1/claims/{page.Items[0].Id}/approve", null)).StatusCode);
        Assert.Equal("enrolment-full", await (await _client.PostAsync(
            $"/api/v1/claims/{page.Items[1].Id}/approve", null)).ProblemAsync(HttpStatusCode.Conflict));
        await _client.PostAsync($"/api/v1/enrolments/{id}/close", null);
        Assert.Equal("enrolment-closed", await (await _client.PostAsync(
            $"/api/v1/claims/{page.Items[1].Id}/approve", null)).ProblemAsync(HttpStatusCode.Conflict));
        Assert.Equal("claim-not-found", await (await _client.PostAsync("/api/v1/claims/999/approve", null))
            .ProblemAsync(HttpStatusCode.NotFound));
    }

    [Theory]
    [InlineData("count", "0")]
    [InlineData("count", "10001")]
    [InlineData("site", "\"\"")]
    [InlineData("site", "\"a\\nb\"")]
    [InlineData("expiresAt", "\"2020-01-01T00:00:00Z\"")]
    [InlineData("expiresAt", "\"2999-01-01T00:00:00Z\"")]
    [InlineData("id", "\"Upper Case\"")]
    [InlineData("preauthorised", "[{\"hardwareId\":\"xyz\"}]")]
    [InlineData("preauthorised", "[{\"hardwareId\":\"aaaaaaaaaaaa\"},{\"hardwareId\":\"aaaaaaaaaaaa\"}]")]
    [InlineData("preauthorised", "[null]")]
    [InlineData("kind", "\"toaster\"")]
    [InlineData("expiresAt", "\"tomorrow\"")]
    [InlineData("colour", "\"red\"")]
    [InlineData("site", "null")]
    public async Task What_cannot_be_meant_is_refused_by_name(string field, string value)
    {
        using HttpResponseMessage response = await CreateAsync(Body((field, value)));
        string text = await response.Content.ReadAsStringAsync();
        await response.ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Contains(field, text);
        Assert.Empty(_service.Get<Enrolments>().All());
    }

    [Fact]
    public async Task The_same_id_twice_and_a_missing_field_are_refused_by_name()
    {
        Assert.Equal(HttpStatusCode.OK, (await CreateAsync(Body(("id", "\"bench\"")))).StatusCode);
        Assert.Equal("enrolment-exists",
            await (await CreateAsync(Body(("id", "\"bench\"")))).ProblemAsync(HttpStatusCode.Conflict));
        Assert.Equal("bad-request", await (await CreateAsync("""{"kind":"airBox"}"""))
            .ProblemAsync(HttpStatusCode.BadRequest));
        Assert.Equal("enrolment-not-found", await (await _client.GetAsync("/api/v1/enrolments/none"))
            .ProblemAsync(HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task Preauthorised_boards_can_be_added_later()
    {
        string id = (await (await CreateAsync(Body())).ValueAsync<EnrolmentWithSecret>()).Enrolment.Id;
        string path = $"/api/v1/enrolments/{id}/preauthorised";
        PreauthorisedBoard[] boards = [new("a0b1c2d3e4f5", "First"), new("ffffffffffff")];
        Assert.Equal(HttpStatusCode.OK, (await _client.PostAsync(path, boards)).StatusCode);
        boards[0] = boards[0] with { Name = "Renamed" };
        Assert.Equal(HttpStatusCode.OK, (await _client.PostAsync(path, boards[..1])).StatusCode);
        PreauthorisedBoard[] listed = await (await _client.GetAsync(path)).ValueAsync<PreauthorisedBoard[]>();
        Assert.Equal(["Renamed", null], listed.Select(b => b.Name));
        Assert.Equal(ClaimStatus.Granted, (await new Board(_service).ClaimAsync(id)).Status);
    }

    [Fact]
    public async Task OpenApi_describes_every_operation()
    {
        using JsonDocument document = JsonDocument.Parse(await _client.GetStringAsync("/openapi/v1.json"));
        int operations = 0;
        foreach (JsonProperty path in document.RootElement.GetProperty("paths").EnumerateObject())
        {
            foreach (JsonProperty operation in path.Value.EnumerateObject())
            {
                string what = operation.Name + " " + path.Name;
                Assert.True(operation.Value.TryGetProperty("summary", out _), what);
                Assert.True(operation.Value.TryGetProperty("operationId", out _), what);
                Assert.True(operation.Value.TryGetProperty("responses", out _), what);
                operations++;
            }
        }
        Assert.True(operations >= 35, $"only {operations} operations");
        Assert.True(document.RootElement.GetProperty("components").GetProperty("securitySchemes")
            .TryGetProperty("token", out _));
    }

    private static string Body(params (string Field, string Value)[] changes)
    {
        Dictionary<string, string> fields = new()
        {
            ["kind"] = "\"airBox\"",
            ["site"] = "\"Bench\"",
            ["count"] = "3",
            ["expiresAt"] = "\"2026-01-02T00:00:00Z\"",
        };
        foreach ((string field, string value) in changes)
            fields[field] = value;
        return "{" + string.Join(',', fields.Select(f => $"\"{f.Key}\":{f.Value}")) + "}";
    }

    private Task<HttpResponseMessage> CreateAsync(string body) => _client.PostAsync(
        "/api/v1/enrolments", new StringContent(body, Encoding.UTF8, "application/json"));
}
