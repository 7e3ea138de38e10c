using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Authorization;

/// <summary>An authorizer may be scoped, for example to use a DbContext: each authorization query gets a scope of its own.</summary>
public sealed class ScopedAuthorizerTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Development", ServiceLifetime.Scoped, true)]
    [InlineData("Development", ServiceLifetime.Scoped, false)]
    [InlineData("Production", ServiceLifetime.Scoped, true)]
    [InlineData("Production", ServiceLifetime.Transient, false)]
    public async Task Concurrent_sends_with_a_scoped_authorizer_are_all_accepted(string environment, ServiceLifetime lifetime, bool before)
    {
        var contexts = new Contexts();
        await using var node = await StartAsync(environment, before, s =>
        {
            s.AddSingleton(contexts);
            s.AddScoped<Context>();
            s.Add(new(typeof(IWsmqAuthorizer), typeof(ContextAuthorizer), lifetime));
        });
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");

        await Task.WhenAll(Enumerable.Range(0, 20).Select(n => (n % 2 == 0 ? alice : bob).SendAsync("user:eve", n)));

        await Eventually.That("every context is disposed", () => contexts.Disposed == contexts.Made);
        contexts.Made.Should().BeGreaterThanOrEqualTo(22);
    }

    [Fact]
    public async Task A_singleton_authorizer_is_called_without_a_scope_and_is_not_disposed()
    {
        var contexts = new Contexts();
        await using var node = await StartAsync("Development", before: false, s =>
        {
            s.AddSingleton(contexts);
            s.AddSingleton<Context>();
            s.AddSingleton<IWsmqAuthorizer, ContextAuthorizer>();
        });
        await using var alice = await PlainClient.ConnectAsync(node, "alice");

        for (var n = 0; n < 5; n++)
            await alice.SendAsync("user:eve", n);

        (contexts.Made, contexts.Disposed).Should().Be((1, 0));
    }

    private Task<TestNode> StartAsync(string environment, bool before, Action<IServiceCollection> register) => TestNode.StartAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")),
        before: b =>
        {
            if (before)
                register(b.Services);
        },
        services: b =>
        {
            if (!before)
                register(b.Services);
        },
        environment: environment);

    private sealed class Contexts
    {
        private int _made;
        private int _disposed;

        public int Made => _made;

        public int Disposed => _disposed;

        public void Add() => Interlocked.Increment(ref _made);

        public void Remove() => Interlocked.Increment(ref _disposed);
    }

    /// <summary>Like a DbContext: allows one operation at a time, and is disposed asynchronously.</summary>
    private sealed class Context : IAsyncDisposable
    {
        private readonly Contexts _contexts;
        private int _busy;

        public Context(Contexts contexts) => (_contexts = contexts).Add();

        public async ValueTask<bool> AskAsync()
        {
            if (Interlocked.Exchange(ref _busy, 1) == 1)
                throw new InvalidOperationException("A second operation was started on this context.");
            await Task.Yield();
            Volatile.Write(ref _busy, 0);
            return true;
        }

        public ValueTask DisposeAsync()
        {
            _contexts.Remove();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class ContextAuthorizer(Context context) : IWsmqAuthorizer
    {
        public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) => context.AskAsync();

        public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) => context.AskAsync();
    }
}
