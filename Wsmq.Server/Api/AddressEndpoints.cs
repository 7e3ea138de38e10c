using Wsmq.Server.Logs;

namespace Wsmq.Server.Api;

/// <summary><c>/addresses</c>: the logs of all addresses, for operators.</summary>
internal sealed class AddressEndpoints(OperatorRights rights, WsmqLogs logs)
{
    private const int UsualAddresses = 100;
    private const int UsualEntries = 50;

    public async Task SearchAsync(ApiCall call)
    {
        await rights.RequireAsync(call, WsmqAction.View, null);
        var query = new WsmqAddressQuery { Kind = KindOf(call), Match = TextOf(call, "match") };
        var max = MaxOf(call, UsualAddresses);
        var page = await ReadAsync(call, stop => logs.SearchAsync(query, TextOf(call, Wire.Next), max, stop));
        await JsonResponse.WriteAsync(call, AddressResponse.Of(page));
    }

    public async Task InfoAsync(ApiCall call)
    {
        var address = await AllowedAsync(call, WsmqAction.View);
        await JsonResponse.WriteAsync(
            call, AddressResponse.Of(await ReadAsync(call, stop => logs.FindAsync(address, TextOf(call, Wire.Next), stop))));
    }

    public async Task ListAsync(ApiCall call)
    {
        var address = await AllowedAsync(call, WsmqAction.View);
        var isNewest = LogRequest.IsNewest(call.Request);
        var next = PositionOf(call, Wire.Next);
        var query = new WsmqEntryQuery
        {
            After = isNewest ? PositionOf(call, LogRequest.After) : next ?? PositionOf(call, LogRequest.After),
            Before = isNewest ? next ?? PositionOf(call, "before") : PositionOf(call, "before"),
            Newest = isNewest,
            Max = MaxOf(call, UsualEntries),
            Id = TextOf(call, Wire.Id),
            Sender = TextOf(call, Wire.Sender),
            Type = TextOf(call, Wire.Type),
            From = RequestParameters.Time(call.Request, Wire.From),
            To = RequestParameters.Time(call.Request, Wire.To),
            WithPreview = await rights.AllowsAsync(call, WsmqAction.ReadBody, address),
        };
        await JsonResponse.WriteAsync(call, AddressResponse.Of(await ReadAsync(call, stop => logs.ListAsync(address, query, stop))));
    }

    public async Task ListStateAsync(ApiCall call)
    {
        var address = await AllowedAsync(call, WsmqAction.View);
        var (next, max) = (TextOf(call, Wire.Next), MaxOf(call, UsualEntries));
        var withPreview = await rights.AllowsAsync(call, WsmqAction.ReadBody, address);
        var page = await ReadAsync(call, stop => logs.StateAsync(address, next, max, withPreview, stop));
        await JsonResponse.WriteAsync(call, AddressResponse.Of(page));
    }

    public async Task ListDelayedAsync(ApiCall call)
    {
        var address = await AllowedAsync(call, WsmqAction.View);
        var (next, max) = (TextOf(call, Wire.Next), MaxOf(call, UsualEntries));
        var withPreview = await rights.AllowsAsync(call, WsmqAction.ReadBody, address);
        var page = await ReadAsync(call, stop => logs.DelayedAsync(address, next, max, withPreview, stop));
        await JsonResponse.WriteAsync(call, AddressResponse.Of(page));
    }

    public async Task CancelDelayedAsync(ApiCall call)
    {
        var address = await AllowedAsync(call, WsmqAction.Remove);
        await OperatorResponse.WriteAsync(call, await logs.CancelDelayedAsync(address, call.InPath(Wire.Key), call.Aborted));
    }

    public async Task ReadAsync(ApiCall call)
    {
        var address = await AllowedAsync(call, WsmqAction.ReadBody);
        var position = WsmqPosition.Parse(call.InPath(Wire.Position));
        var delivery = await ReadAsync(call, stop => logs.ReadFrameAsync(address, position, stop));
        call.Limits.Reads.Charge(delivery?.Length ?? 0);
        await JsonResponse.WriteAsync(call.Context, JsonResponse.ContentType, delivery ?? "null"u8.ToArray());
    }

    public async Task LifeAsync(ApiCall call)
    {
        var address = await AllowedAsync(call, WsmqAction.View);
        var position = WsmqPosition.Parse(call.InPath(Wire.Position));
        await JsonResponse.WriteAsync(call, AddressResponse.Of(await ReadAsync(call, stop => logs.LifeAsync(address, position, stop))));
    }

    /// <summary>A text in the query; null without one, or if it is empty.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    public static string? TextOf(ApiCall call, string name) => RequestParameters.Text(call.Request, name);

    /// <summary>The size of a page.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    public static int MaxOf(ApiCall call, int usual) =>
        (int)(RequestParameters.Number(call.Request, Wire.Max, 1, WsmqLogs.MostInAPage) ?? usual);

    /// <summary>Reads in the user's turn: one user has two reads of logs at a time on a node.</summary>
    public static async Task<T> ReadAsync<T>(ApiCall call, Func<CancellationToken, Task<T>> read)
    {
        await call.Limits.Reads.EnterAsync(call.Aborted);
        try
        {
            return await read(call.Aborted);
        }
        finally
        {
            call.Limits.Reads.Leave();
        }
    }

    private static WsmqPosition? PositionOf(ApiCall call, string name) => RequestParameters.Position(call.Request, name);

    private static WsmqAddressKind? KindOf(ApiCall call) => TextOf(call, "kind") switch
    {
        null => null,
        "user" => WsmqAddressKind.User,
        "group" => WsmqAddressKind.Group,
        "work" => WsmqAddressKind.Work,
        _ => throw new WsmqException(WsmqErrors.InvalidMessage, "kind is not user, group or work"),
    };

    private async Task<WsmqAddress> AllowedAsync(ApiCall call, WsmqAction action)
    {
        var address = LogRequest.SingleAddressOf(call.Request);
        await rights.RequireAsync(call, action, address);
        return address;
    }
}
