using System.Text.Json;
using Wsmq;

namespace Devices;

/// <summary>Makes problems of errors, with a code that programs compare.</summary>
internal static class Problems
{
    /// <summary>A filter of endpoints.</summary>
    public static async ValueTask<object?> FilterAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (WsmqException e)
        {
            return Of(e);
        }
        catch (JsonException e)
        {
            return Of(StatusCodes.Status400BadRequest, "invalid-body", e.Message);
        }
    }

    public static IResult Of(int status, string code, string? detail, string? deviceCode = null) => Results.Problem(
        detail, statusCode: status, extensions: new Dictionary<string, object?> { ["code"] = code, ["deviceCode"] = deviceCode });

    /// <summary>
    /// <c>no-responder</c>: the device is not connected, and nothing has happened. <c>request-timeout</c>: it did not answer in time, and is told
    /// to stop. <c>request-failed</c>: it has refused, with a code and a text of its own, or was lost while it worked (<c>responder-lost</c>).
    /// </summary>
    private static IResult Of(WsmqException e)
    {
        var status = e.Error.Code switch
        {
            "request-timeout" => StatusCodes.Status504GatewayTimeout,
            "request-failed" => StatusCodes.Status502BadGateway,
            _ => e.Error.CanRetry ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status400BadRequest,
        };
        return e.InnerException is WsmqRequestException refusal
            ? Of(status, e.Error.Code, refusal.Text, refusal.Code)
            : Of(status, e.Error.Code, e.Error.Text);
    }
}
