using Wsmq.Server.Hubs;

namespace Wsmq.Server.Api;

/// <summary><c>GET /history</c>: a part of the messages of a log, for users.</summary>
internal sealed class HistoryEndpoint(ClientHistory history)
{
    public async Task ReadAsync(ApiCall call)
    {
        var source = RequestParameters.Single(call.Request, Wire.Source);
        var result = await history.ReadAsync(call.User, source, () => QueryOf(call));
        try
        {
            await JsonResponse.WriteAsync(call.Context, JsonResponse.ContentType, result.Page.WriteTo);
        }
        finally
        {
            result.Release();
        }
    }

    private static WsmqHistoryQuery QueryOf(ApiCall call)
    {
        var query = new WsmqHistoryQuery
        {
            After = RequestParameters.Position(call.Request, Wire.After),
            Before = RequestParameters.Position(call.Request, Wire.Before),
            Newest = RequestParameters.Flag(call.Request, Wire.Newest),
            Max = (int?)RequestParameters.Number(call.Request, Wire.Max, 1, WsmqHistoryQuery.MostEntries),
            Id = RequestParameters.Text(call.Request, Wire.Id),
            Sender = RequestParameters.Text(call.Request, Wire.Sender),
            Type = RequestParameters.Text(call.Request, Wire.Type),
            From = RequestParameters.Time(call.Request, Wire.From),
            To = RequestParameters.Time(call.Request, Wire.To),
        };
        return RequestParameters.Position(call.Request, Wire.Next) is { } next ? query.Continue(next) : query;
    }
}
