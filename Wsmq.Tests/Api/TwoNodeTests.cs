using Wsmq.Tests.Support;

namespace Wsmq.Tests.Api;

/// <summary>Each endpoint of an operator is asked at one node, about what is at another, or for what takes effect there.</summary>
public sealed class TwoNodeTests(TwoNodes nodes) : IClassFixture<TwoNodes>
{
    private static readonly Dictionary<string, Func<TwoNodes, string, Task>> Rows = new([.. TwoNodeUsers.Rows, .. TwoNodeLogs.Rows]);

    public static TheoryData<string> Endpoints => [.. Rows.Keys];

    [Theory]
    [MemberData(nameof(Endpoints))]
    public Task An_endpoint_concerns_what_is_at_the_other_node(string endpoint) =>
        Rows[endpoint](nodes, $"u{Array.IndexOf([.. Rows.Keys], endpoint)}");

    [Fact]
    public void Every_endpoint_of_operators_has_a_row() =>
        Rows.Keys.Should().BeEquivalentTo(OperatorTests.Rights.Select(r => r.Endpoint).Append(OperatorTests.AnyRight));
}
