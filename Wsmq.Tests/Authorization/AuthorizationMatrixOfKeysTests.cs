using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Api;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Authorization;

/// <summary>Tests every cell of <see cref="KeyTable"/> on a real node with real keys.</summary>
public sealed class AuthorizationMatrixOfKeysTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, HttpCaller> _callers = [];

    public void Dispose()
    {
        foreach (var caller in _callers.Values)
            caller.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Every_key_may_do_at_every_endpoint_what_the_table_states()
    {
        await using var node = await StartAsync();
        var wrong = new List<string>();
        foreach (var row in KeyTable.Rows)
        {
            foreach (var (scopes, expected, column) in row.Scopes().Zip(row.Expected(), KeyTable.Columns))
            {
                var actual = await OutcomeAsync(await CallerAsync(node, scopes), row);
                if (actual != expected)
                    wrong.Add($"{row.Endpoint} ({column}): {actual}, but the table states {expected}");
            }
        }

        wrong.Should().BeEmpty();
    }

    [Fact]
    public async Task Every_endpoint_is_in_the_table()
    {
        await using var node = await StartAsync();

        KeyTable.Rows.Select(r => r.Endpoint).Where(e => !e.EndsWith(')')).Should().BeEquivalentTo(EndpointRowTests.NamesOf(node));
    }

    [Fact]
    public async Task No_key_has_a_scope_that_the_table_does_not_name()
    {
        await using var node = await StartAsync();
        var keys = node.Services.GetRequiredService<IWsmqApiKeys>();

        var refused = await Record.ExceptionAsync(() => keys.CreateAsync("actor", [nameof(WsmqAction.ManageKeys)]));

        ((WsmqException)refused!).Error.Should().Be(WsmqErrors.InvalidMessage);
        await keys.CreateAsync("actor", KeyTable.Scopes);
    }

    private static async Task<string> OutcomeAsync(HttpCaller caller, KeyRow row)
    {
        var answer = row.Endpoint switch
        {
            KeyTable.Stream => await EndpointCalls.OpenAsync(caller, $"/logs?address={row.Target}"),
            OperatorTests.AnyRight => await caller.GetAsync($"/rights?target={row.Target}"),
            _ => await EndpointCalls.AskAsync(caller, row.Endpoint, row.Target ?? string.Empty),
        };
        if (row.Endpoint == "GET /queues")
            return answer.Text.Contains($"\"{row.Target}\"", StringComparison.Ordinal) ? AuthorizationTable.Ok : AuthorizationTable.None;

        // An id or a body that is not well-formed is noticed only after the right was checked.
        return answer.Status < 300 || answer.Code is "invalid-message" or "unsupported-content-type"
            ? AuthorizationTable.Ok
            : answer.Code ?? $"{answer.Status}";
    }

    // The keys are of one name, and thus one user.
    private async Task<HttpCaller> CallerAsync(TestNode node, string[] scopes)
    {
        var name = string.Join(' ', scopes);
        if (_callers.TryGetValue(name, out var known))
            return known;
        var key = await node.Services.GetRequiredService<IWsmqApiKeys>().CreateAsync("actor", scopes);
        return _callers[name] = new HttpCaller(node.Address, key.Text);
    }

    private Task<TestNode> StartAsync() => HttpCaller.StartNodeAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")),
        o => o.Queues["jobs"] = new WsmqQueueOptions(),
        builder =>
        {
            builder.Services.AddSingleton<IWsmqAuthorizer>(new OpenAuthorizer());
            builder.Services.AddAuthentication(WsmqApiKeyExtensions.Scheme).AddWsmqApiKeys("Bearer");
        });
}
