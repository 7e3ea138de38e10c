using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Endpoints;

/// <summary>An app that determines its user identifiers with an IUserIdProvider of its own.</summary>
public sealed class UserIdProviderTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly RecordedLogs _logs = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<ServiceLifetime, bool, string> Registrations
    {
        get
        {
            var rows = new TheoryData<ServiceLifetime, bool, string>();
            foreach (var lifetime in Enum.GetValues<ServiceLifetime>())
            {
                rows.Add(lifetime, true, "Production");
                rows.Add(lifetime, false, "Production");
                if (lifetime != ServiceLifetime.Scoped)
                    rows.Add(lifetime, false, "Development");
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Registrations))]
    public async Task The_apps_own_provider_determines_the_users_however_it_is_registered(ServiceLifetime lifetime, bool before, string environment)
    {
        await using var node = await StartAsync<ByTenant>(lifetime, before, environment);
        await using var alice = await TypedClient.StartAsync(node.Hub, "alice");
        await using var bob = await TypedClient.StartAsync(node.Hub, "bob");

        await alice.SendAsync("user:shop|bob", 1);
        await node.Publisher.SendAsync(WsmqAddress.User("shop|bob"), new Number(2));

        await bob.HandlesAsync([1, 2]);
        bob.Messages.Select(m => (m.Source.ToString(), m.Sender)).Should().Equal(("user:shop|bob", "shop|alice"), ("user:shop|bob", null));
    }

    // SignalR resolves the provider once per process, so a scope is meaningless. Development validates scopes, as in every SignalR app.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task In_Development_a_scoped_provider_is_refused_by_name_at_startup(bool before)
    {
        var start = () => StartAsync<ByTenant>(ServiceLifetime.Scoped, before, "Development");

        (await start.Should().ThrowAsync<AggregateException>()).Which.Message.Should().Contain("Cannot consume scoped service")
            .And.Contain(typeof(IUserIdProvider).FullName);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_user_without_an_identifier_is_refused_and_the_remedy_is_logged_once(bool ownProvider)
    {
        await using var node = ownProvider ? await StartAsync<Nobody>(ServiceLifetime.Singleton, before: false, "Production") : await StartAsync();
        for (var i = 0; i < 3; i++)
        {
            await using var client = new TypedClient(node.Hub, "bob", _ => Task.CompletedTask);
            var early = client.SendAsync("user:bob", 1);

            (await FailureAsync(client.Client.StartAsync())).Message.Should().Contain("1001 no-user-identifier").And.Contain("IUserIdProvider");
            (await FailureAsync(early)).Error.Should().Be(WsmqErrors.NoUserIdentifier);
            (await FailureAsync(client.SendAsync("user:bob", 2))).Error.Should().Be(WsmqErrors.NoUserIdentifier);
        }

        _logs.Of(LogLevel.Warning).Should().ContainSingle(l => l.Contains("register an IUserIdProvider", StringComparison.Ordinal));
    }

    private static async Task<WsmqException> FailureAsync(Task task) => (await task.Invoking(t => t).Should().ThrowAsync<WsmqException>()).Which;

    private Task<TestNode> StartAsync<T>(ServiceLifetime lifetime, bool before, string environment)
        where T : IUserIdProvider
    {
        void Add(WebApplicationBuilder builder) => builder.Services.Add(new ServiceDescriptor(typeof(IUserIdProvider), typeof(T), lifetime));
        return StartAsync(before ? Add : null, before ? null : Add, environment);
    }

    private Task<TestNode> StartAsync(Action<WebApplicationBuilder>? before = null, Action<WebApplicationBuilder>? after = null, string? environment = null) =>
        TestNode.StartAsync(
            s => s.UseSqlite(_folder.File("wsmq.db")),
            before: before,
            services: b =>
            {
                b.Logging.AddProvider(_logs);
                b.Services.PostConfigure<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme, o => o.MapInboundClaims = false);
                after?.Invoke(b);
            },
            environment: environment);

    private sealed class ByTenant : IUserIdProvider
    {
        public string? GetUserId(HubConnectionContext connection) => $"shop|{connection.User.FindFirstValue("sub")}";
    }

    private sealed class Nobody : IUserIdProvider
    {
        public string? GetUserId(HubConnectionContext connection) => null;
    }
}
