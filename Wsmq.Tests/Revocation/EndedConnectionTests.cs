using System.Collections.Concurrent;
using FluentAssertions.Execution;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Connections;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Revocation;

/// <summary>
/// A connection ends at any moment, also while rules are enforced: what is read of it then must not fail, or the connections after it in the
/// registry, and all event streams, would escape the rule.
/// </summary>
public sealed class EndedConnectionTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly ConcurrentQueue<HttpContext> _requests = [];
    private TestNode _node = null!;

    public async Task InitializeAsync() => _node = await TestNode.StartAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")), endpoints: app => app.Use(KeepAsync));

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_is_read_of_a_connection_outlives_its_request()
    {
        var client = await PlainClient.ConnectAsync(_node, "alice");
        await client.SendAsync("user:nobody", 1);
        var connection = _node.Services.GetRequiredService<ConnectionRegistry>().All.Single();
        await client.DisposeAsync();
        await Eventually.That("the server has released the requests", () => _requests.All(IsReleased));

        using var all = new AssertionScope();
        foreach (var property in typeof(NodeConnection).GetProperties())
            property.Invoking(p => p.GetValue(connection)).Should().NotThrow(property.Name);
        connection.Reader.Should().NotBeNull().And.BeSameAs(connection.User);
        connection.AsksForStoreState.Should().BeFalse();
    }

    // The server disposes the context after the request.
    private static bool IsReleased(HttpContext request)
    {
        try
        {
            return request.Items is null;
        }
        catch (Exception e) when (e is ObjectDisposedException or NullReferenceException)
        {
            return true;
        }
    }

    private Task KeepAsync(HttpContext context, RequestDelegate next)
    {
        _requests.Enqueue(context);
        return next(context);
    }
}
