using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Authorization;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Api;

/// <summary>Nobody can add an endpoint to the API without saying who may use it, and without describing it.</summary>
public sealed class EndpointRowTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_endpoint_has_its_rows_in_the_tables_of_authorization()
    {
        await using var node = await HttpCaller.StartNodeAsync(s => s.UseSqlite(_folder.File("wsmq.db")));

        EndpointsOf(node).Select(Name).Should().BeEquivalentTo(AuthorizationTable.Endpoints.Concat(OperatorTests.Rights.Select(r => r.Endpoint)
            .Append(OperatorTests.AnyRight)));
    }

    [Fact]
    public async Task Every_endpoint_requires_an_authenticated_user()
    {
        await using var node = await HttpCaller.StartNodeAsync(s => s.UseSqlite(_folder.File("wsmq.db")));

        EndpointsOf(node).Should().OnlyContain(e => e.Metadata.GetMetadata<IAuthorizeData>() != null && e.Metadata.GetMetadata<IAllowAnonymous>() == null);
    }

    [Fact]
    public async Task Every_endpoint_is_described_in_the_document()
    {
        await using var node = await HttpCaller.StartNodeAsync(s => s.UseSqlite(_folder.File("wsmq.db")));
        var document = await File.ReadAllTextAsync(SourceTree.PathOf("docs", "http.md"));

        EndpointsOf(node).Select(Name).Where(name => !document.Contains($"`{name}`", StringComparison.Ordinal)).Should().BeEmpty();
    }

    /// <summary>The endpoints of the API, such as <c>GET /logs/{address}</c>.</summary>
    internal static List<string> NamesOf(TestNode node) => [.. EndpointsOf(node).Select(Name)];

    private static List<RouteEndpoint> EndpointsOf(TestNode node)
    {
        var found = node.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText!.StartsWith(HttpCaller.Path + "/", StringComparison.Ordinal)

                // Not the one that refuses everything else, see ApiRefusalTests.
                && e.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is null).ToList();
        found.Should().NotBeEmpty();
        return found;
    }

    private static string Name(RouteEndpoint endpoint) =>
        $"{endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Single()} "
        + endpoint.RoutePattern.RawText![HttpCaller.Path.Length..].Replace("**", "", StringComparison.Ordinal);
}
