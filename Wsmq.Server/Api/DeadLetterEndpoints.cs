using Microsoft.AspNetCore.Http;
using Wsmq.Server.Api.Shapes;
using Wsmq.Server.DeadLetters;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Api;

/// <summary><c>/dead-letters</c>: the dead letters of all users, and runs over them, for operators.</summary>
internal sealed class DeadLetterEndpoints(OperatorRights rights, IWsmqDeadLetters letters, WsmqDeadLetterRuns runs)
{
    private const int UsualLetters = 50;
    private const int MostBytes = 16 * 1024;

    public async Task SearchAsync(ApiCall call)
    {
        await rights.RequireAsync(call, WsmqAction.View, null);
        var query = new WsmqDeadLetterQuery
        {
            User = AddressEndpoints.TextOf(call, OperatorRights.User),
            Source = AddressEndpoints.TextOf(call, Wire.Source) is { } source ? WsmqAddress.Parse(source) : null,
            Type = AddressEndpoints.TextOf(call, Wire.Type),
            Reason = AddressEndpoints.TextOf(call, Wire.Reason),
            From = RequestParameters.Time(call.Request, Wire.From),
            To = RequestParameters.Time(call.Request, Wire.To),
        };
        var (next, max) = (AddressEndpoints.TextOf(call, Wire.Next), AddressEndpoints.MaxOf(call, UsualLetters));
        var page = await AddressEndpoints.ReadAsync(call, stop => letters.SearchAsync(query, next, max, stop));
        var readable = new HashSet<string>(StringComparer.Ordinal);
        foreach (var user in page.Items.Select(l => l.User).Distinct())
        {
            if (await rights.AllowsAsync(call, WsmqAction.ReadBody, WsmqAddress.User(user)))
                readable.Add(user);
        }

        // One line for all of them.
        if (readable.Count > 1)
            call.Audited = new AuditedCall(WsmqAction.ReadBody, null);
        await DeadLetterResponse.WriteAsync(call, page, readable);
    }

    public async Task CountAsync(ApiCall call)
    {
        await rights.RequireAsync(call, WsmqAction.View, null);
        await RequestBody.WithAsync(
            call, MostBytes, json => DeadLetterRequest.Parse(json, ShapesContext.Default.WsmqApiDeadLetterFilter), async filter =>
            {
                var query = DeadLetterRequest.QueryOf(filter);
                await DeadLetterResponse.WriteAsync(call, await AddressEndpoints.ReadAsync(call, stop => letters.CountAsync(query, stop)));
            });
    }

    public Task StartAsync(ApiCall call) =>
        RequestBody.WithAsync(call, MostBytes, json => DeadLetterRequest.Parse(json, ShapesContext.Default.WsmqApiRunRequest), async asked =>
        {
            var action = DeadLetterRequest.ActionOf(asked);
            call.Audited = new AuditedCall(RightOf(action), $"dead-letters:{asked.Id}");
            await rights.RequireAsync(call, RightOf(action), null);
            var request = DeadLetterRequest.RunOf(asked, action, call.Caller.UserId);
            var (run, isNew) = await AddressEndpoints.ReadAsync(call, stop => runs.BeginAsync(request, stop));
            call.Context.Response.StatusCode = isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK;
            await DeadLetterResponse.WriteAsync(call, run);
        });

    public async Task ListRunsAsync(ApiCall call)
    {
        await rights.RequireAsync(call, WsmqAction.View, null);
        await DeadLetterResponse.WriteAsync(call, await runs.ListAsync(call.Aborted));
    }

    public async Task FindRunAsync(ApiCall call)
    {
        await rights.RequireAsync(call, WsmqAction.View, null);
        await DeadLetterResponse.WriteAsync(call, await runs.FindAsync(call.InPath(Wire.Id), call.Aborted));
    }

    public async Task StopRunAsync(ApiCall call)
    {
        var id = call.InPath(Wire.Id);
        var target = $"dead-letters:{id}";
        call.Audited = new AuditedCall(WsmqAction.Remove, target);

        // Who may start a run may stop it. Who may start none learns nothing of those that exist, nor who may start only others.
        var mayReplay = await rights.AllowsAsync(call, WsmqAction.Replay, null);
        if (!mayReplay)
            await rights.RequireAsync(call, WsmqAction.Remove, null);
        var mayRemove = !mayReplay || await rights.AllowsAsync(call, WsmqAction.Remove, null);
        call.Audited = new AuditedCall(mayRemove ? WsmqAction.Remove : WsmqAction.Replay, target);
        var run = await runs.FindAsync(id, call.Aborted);
        if (run is null || !(run.Action == WsmqDeadLetterAction.Replay ? mayReplay : mayRemove))
        {
            call.Audited = call.Audited with { Outcome = AuditLog.NothingToStop };
            await DeadLetterResponse.WriteAsync(call, (WsmqDeadLetterRun?)null);
            return;
        }

        call.Audited = call.Audited with { Action = RightOf(run.Action) };
        await DeadLetterResponse.WriteAsync(call, await runs.StopAsync(id, call.Aborted));
    }

    private static WsmqAction RightOf(WsmqDeadLetterAction action) =>
        action == WsmqDeadLetterAction.Replay ? WsmqAction.Replay : WsmqAction.Remove;
}
