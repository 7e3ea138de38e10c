using System.Reflection;
using System.Text.Json;
using Wsmq.Cli.Http;
using Wsmq.Server.Api.Shapes;

namespace Wsmq.Tests.HostAndCli;

/// <summary>
/// The command line has records of its own for what the HTTP API returns, because it also reads what an older server returns, without the
/// fields that are new. Each of their fields is one of the API.
/// </summary>
public sealed class ApiRecordTests
{
    private static readonly (Type Record, Type[] Shapes)[] All =
    [
        (typeof(ApiDevice), [typeof(WsmqApiDevice)]), (typeof(ApiUserConnection), [typeof(WsmqApiConnection)]),
        (typeof(ApiUserConnections), [typeof(WsmqApiConnections)]),
        (typeof(ApiDeadLetter), [typeof(WsmqApiDeadLetter), typeof(WsmqApiFoundDeadLetter)]),
        (typeof(ApiDeadLetterCount), [typeof(WsmqApiDeadLetterCount)]), (typeof(ApiDeadLetterRun), [typeof(WsmqApiRun)]),
        (typeof(ApiAddress), [typeof(WsmqApiAddress)]), (typeof(ApiCursor), [typeof(WsmqApiCursor)]),
        (typeof(ApiAddressDetails), [typeof(WsmqApiLogInfo)]),

        // The events of several addresses name theirs.
        (typeof(ApiEntry), [typeof(WsmqApiEntry), typeof(WsmqApiDelivery)]),
        (typeof(ApiDelayed), [typeof(WsmqApiDelayed)]), (typeof(ApiLifeEvent), [typeof(WsmqApiEvent)]), (typeof(ApiLife), [typeof(WsmqApiLife)]),
        (typeof(ApiLogPage), [typeof(WsmqApiPage)]), (typeof(ApiState), [typeof(WsmqApiState)]), (typeof(ApiHistoryPage), [typeof(WsmqApiHistory)]),
        (typeof(ApiGap), [typeof(WsmqApiGap), typeof(WsmqApiDelivery)]), (typeof(ApiRates), [typeof(WsmqNodeRates)]),
        (typeof(ApiLatency), [typeof(WsmqApiLatency)]), (typeof(ApiStore), [typeof(WsmqNodeStore)]),
        (typeof(ApiSlowReader), [typeof(WsmqApiSlowReader)]), (typeof(ApiNode), [typeof(WsmqApiNode)]),
        (typeof(ApiNodes), [typeof(WsmqApiNodes)]),
        (typeof(ApiRights), [typeof(WsmqApiRights)]),
    ];

    [Fact]
    public void Each_field_that_the_command_line_reads_is_one_that_the_API_has()
    {
        foreach (var (record, shapes) in All)
        {
            var read = record.GetProperties().Where(p => p.CanWrite).Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name));

            read.Should().BeSubsetOf(shapes.SelectMany(NamesOf), $"{record.Name} is read from what the API returns");
        }
    }

    [Fact]
    public void Each_record_is_compared()
    {
        var records = typeof(ApiDevice).Assembly.GetTypes().Where(t => t.Namespace == typeof(ApiDevice).Namespace && !t.IsNested);

        All.Select(a => a.Record).Should().BeEquivalentTo(records);
    }

    private static IEnumerable<string> NamesOf(Type shape) =>
        JsonSerializerOptions.Web.GetTypeInfo(shape).Properties.Select(p => p.Name);
}
