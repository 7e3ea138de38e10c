using Microsoft.AspNetCore.Authentication;
using Wsmq.Server.Connections;
using Wsmq.Server.Limits;

namespace Wsmq.Server.Api;

/// <summary>
/// What every event stream has: it counts as a connection, a revocation or the stop of the node ends it, and an event states why it ended.
/// </summary>
internal sealed class StreamScope(StreamServices services)
{
    // A client that does not read must not keep a stream open that has ended.
    private static readonly TimeSpan LastWrite = TimeSpan.FromSeconds(2);

    /// <summary>Runs a stream until it is cancelled, or ends with an error.</summary>
    /// <param name="call">The request.</param>
    /// <param name="sources">What the stream reads, for operators who list connections.</param>
    /// <param name="run">Its work.</param>
    public async Task RunAsync(ApiCall call, WsmqAddress[] sources, Func<SessionLimits, EventWriter, CancellationToken, Task> run)
    {
        var entered = services.Admission.Enter(call.Caller);
        var stream = new OpenStream(call.Caller.UserId, call.Context.User, call.Context.TraceIdentifier, services.Clock.Time.GetUtcNow())
        {
            Sources = sources,
        };
        services.Open.Add(stream);
        try
        {
            await using var stopping = services.Clock.Stopping.UnsafeRegister(
                static s => ((OpenStream)s!).End(new WsmqException(WsmqErrors.Stopping)), stream);

            // Again, now that a new rule would find the stream.
            await services.Admission.CheckAsync(call.Caller, call.Aborted);
            await RunAsync(call, stream, (writer, stop) => run(entered, writer, stop));
        }
        finally
        {
            services.Open.Remove(stream);
            services.Admission.Leave(entered);
        }
    }

    /// <summary>How long the token of the request is still valid. The scheme states it, as for connections of the hub.</summary>
    /// <exception cref="WsmqException"><c>token-expired</c>.</exception>
    public TimeSpan RequireTime(ApiCall call)
    {
        var expires = call.Context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties?.ExpiresUtc;
        var left = (expires ?? DateTimeOffset.MaxValue) - services.Clock.Time.GetUtcNow();
        return left > TimeSpan.Zero ? left : throw new WsmqException(WsmqErrors.TokenExpired);
    }

    private async Task RunAsync(ApiCall call, OpenStream stream, Func<EventWriter, CancellationToken, Task> run)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(call.Aborted, stream.Ended);
        var writer = new EventWriter(call.Context);
        try
        {
            await run(writer, either.Token);
        }
        catch (OperationCanceledException) when (stream.Ended.IsCancellationRequested && !call.Aborted.IsCancellationRequested)
        {
            if (stream.Reason is { } reason)
                await EndAsync(call, writer, reason);
        }
        catch (WsmqException e) when (call.Context.Response.HasStarted)
        {
            await EndAsync(call, writer, e);
        }
    }

    private async Task EndAsync(ApiCall call, EventWriter writer, WsmqException reason)
    {
        if (!call.Context.Response.HasStarted)
            throw reason;
        using var timeout = new CancellationTokenSource(LastWrite, services.Clock.Time);
        try
        {
            writer.End(reason);
            await writer.FlushAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            call.Context.Abort();
        }
    }
}
