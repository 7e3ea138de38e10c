using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Wsmq.Server.Framing;
using Wsmq.Server.Hubs;
using Wsmq.Server.Sessions;

namespace Wsmq.Server.Api;

/// <summary>
/// <c>/queues</c>: the calls that manage work queues, one endpoint for each method of the hub, with the same results.
/// </summary>
internal sealed class QueueEndpoints(ClientQueues queues, IOptions<WsmqOptions> options)
{
    private const string Position = "position";
    private const string UniqueId = "uniqueId";

    public Task ListAsync(ApiCall call) => AnswerAsync(call, queues.ListAsync(call.User), WsmqJsonContext.Relaxed.WsmqQueueInfoArray);

    public Task InfoAsync(ApiCall call) => AnswerAsync(call, queues.InfoAsync(call.User, QueueOf(call)), Of<WsmqQueueInfo>());

    public Task PeekAsync(ApiCall call) =>
        AnswerAsync(call, queues.PeekAsync(call.User, QueueOf(call), QueryOf(call.Request)), Of<WsmqJobInfo[]>());

    public Task FindAsync(ApiCall call) =>
        AnswerAsync(call, queues.FindAsync(call.User, QueueOf(call), Route(call, Position)), Of<WsmqJobInfo>());

    public Task StatusAsync(ApiCall call) =>
        AnswerAsync(call, queues.StatusAsync(call.User, QueueOf(call), Route(call, Position)), WsmqJsonContext.Relaxed.WsmqJobStatus);

    public Task CancelAsync(ApiCall call) =>
        AnswerAsync(call, queues.CancelAsync(call.User, QueueOf(call), Route(call, Position)), WsmqJsonContext.Relaxed.Boolean);

    public Task CancelUniqueAsync(ApiCall call) =>
        AnswerAsync(call, queues.CancelUniqueAsync(call.User, QueueOf(call), Route(call, UniqueId)), WsmqJsonContext.Relaxed.Boolean);

    public Task PurgeAsync(ApiCall call) =>
        StepAsync(call, queues.PurgeAsync(call.User, QueueOf(call), Query(call, Wire.State), Query(call, Wire.Next)));

    public Task DeleteAsync(ApiCall call) => StepAsync(call, queues.DeleteAsync(call.User, QueueOf(call), Query(call, Wire.Next)));

    public Task PauseAsync(ApiCall call) => SetPausedAsync(call, paused: true);

    public Task ResumeAsync(ApiCall call) => SetPausedAsync(call, paused: false);

    public Task RedriveAsync(ApiCall call) => WithFilterAsync(call, queues.RedriveAsync);

    public Task RemoveDeadLettersAsync(ApiCall call) => WithFilterAsync(call, queues.RemoveDeadLettersAsync);

    private static string? QueueOf(ApiCall call) => Route(call, LogRequest.Address);

    private static string? Route(ApiCall call, string name) => RequestParameters.InPath(call.Request, name);

    private static string? Query(ApiCall call, string name) => RequestParameters.Single(call.Request, name);

    private static JsonTypeInfo Of<T>() => WsmqJsonContext.Relaxed.GetTypeInfo(typeof(T))!;

    // The query of the hub is an object; in a URL its fields are parameters.
    private static WsmqObjectArgument<WsmqJobQuery> QueryOf(HttpRequest request)
    {
        var name = RequestParameters.Single(request, Wire.State) ?? Wire.Ready;

        // The parser would accept numbers as well.
        if (!name.All(char.IsAsciiLetter) || !Enum.TryParse<WsmqJobState>(name, ignoreCase: true, out var state))
            throw new WsmqException(WsmqErrors.InvalidMessage, $"{Wire.State} is none of the states of jobs");
        return new WsmqObjectArgument<WsmqJobQuery>(
            new WsmqJobQuery
            {
                State = state,
                Skip = (int)(RequestParameters.Number(request, Wire.Skip, 0, int.MaxValue) ?? 0),
                Max = (int?)RequestParameters.Number(request, Wire.Max, 1, WsmqJobQuery.MostJobs),
                WithMessages = RequestParameters.Flag(request, Wire.Messages),
            },
            null);
    }

    private static Task StepAsync(ApiCall call, Task<WsmqQueueStep> step) => AnswerAsync(call, step, WsmqJsonContext.Relaxed.WsmqQueueStep);

    private static async Task AnswerAsync<T>(ApiCall call, Task<T> result, JsonTypeInfo type)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes((object?)await result, type);
        await JsonResponse.WriteAsync(call.Context, JsonResponse.ContentType, json);
    }

    private async Task SetPausedAsync(ApiCall call, bool paused)
    {
        await queues.PauseAsync(call.User, QueueOf(call), paused);
        call.NoContent();
    }

    // Without a body all dead letters are meant.
    private Task WithFilterAsync(
        ApiCall call, Func<UserCall, string?, WsmqObjectArgument<WsmqDeadLetterFilter>, string?, Task<WsmqQueueStep>> step)
    {
        Task RunAsync(WsmqObjectArgument<WsmqDeadLetterFilter> filter) =>
            StepAsync(call, step(call.User, QueueOf(call), filter, Query(call, Wire.Next)));
        return call.Request is { ContentLength: null or 0, ContentType: null }
            ? RunAsync(new WsmqObjectArgument<WsmqDeadLetterFilter>(null, null))
            : RequestBody.WithAsync(call, LargestFrame.Of(options.Value), ObjectBody.Parse<WsmqDeadLetterFilter>, RunAsync);
    }
}
