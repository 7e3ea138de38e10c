using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Api.Shapes;
using static Wsmq.Server.Api.ApiEndpoints;
using static Wsmq.Server.Api.EndpointText;
using static Wsmq.WsmqAction;

namespace Wsmq.Server.Api;

/// <summary>The endpoints for logs and for the dead letters of all users: a part of <see cref="ApiEndpoints"/>.</summary>
internal static class OperatorEndpoints
{
    private const string Get = "GET";
    private const string Post = "POST";
    private const string Delete = "DELETE";

    private static readonly ProducesResponseTypeAttribute[] Tail =
        [new(typeof(WsmqApiEntry), StatusCodes.Status200OK, EventWriter.ContentType)];

    public static ApiEndpoint[] OfLogs(IServiceProvider services)
    {
        var (addresses, tail) = (services.GetRequiredService<AddressEndpoints>(), services.GetRequiredService<TailEndpoint>());
        var (messages, rights) = (services.GetRequiredService<MessageEndpoint>(), services.GetRequiredService<RightsEndpoint>());
        return
        [
            new(Get, "/rights", rights.ListAsync,
                Any("Tells which actions the caller may take.", AddressSignatures.Rights, Json<WsmqApiRights>())),
            new(Get, "/addresses", addresses.SearchAsync,
                Operator(View, "Searches addresses.", AddressSignatures.Search, Json<WsmqApiAddressPage>())),
            new(Get, "/addresses/{address}", addresses.InfoAsync,
                Operator(
                    View, "Describes a log in numbers, with its cursors.", AddressSignatures.Address, Json<WsmqApiLogInfo>(),
                    ApiErrors.OfAddress)),
            new(Get, "/addresses/{address}/entries", addresses.ListAsync,
                Operator(View, "Lists entries of a log.", AddressSignatures.Entries, Json<WsmqApiEntryPage>(), ApiErrors.OfAddress)),
            new(Get, "/addresses/{address}/entries/{position}", addresses.ReadAsync,
                Operator(
                    ReadBody, "Reads an entry; null if it is not stored.", AddressSignatures.Entry, Json<WsmqApiDelivery>(),
                    ApiErrors.OfAddress)),
            new(Get, "/addresses/{address}/entries/{position}/life", addresses.LifeAsync,
                Operator(
                    View, "Tells what is known of the life of a message.", AddressSignatures.Entry, Json<WsmqApiLife>(),
                    [.. ApiErrors.OfAddress, WsmqErrors.PositionBeyondTail])),
            new(Get, "/addresses/{address}/state", addresses.ListStateAsync,
                Operator(View, "Lists the state of an address.", AddressSignatures.State, Json<WsmqApiEntryPage>(), ApiErrors.OfAddress)),
            new(Get, "/addresses/{address}/delayed", addresses.ListDelayedAsync,
                Operator(
                    View, "Lists the messages that wait until they are due at an address.", AddressSignatures.State,
                    Json<WsmqApiDelayedPage>(), ApiErrors.OfAddress)),
            new(Delete, "/addresses/{address}/delayed/{key}", addresses.CancelDelayedAsync,
                Operator(
                    Remove, "Cancels a message that waits; whether there was one.", AddressSignatures.Waiting, Json<bool>(),
                    [.. ApiErrors.OfAddress, WsmqErrors.NotReplicated])),
            new(Get, "/addresses/{address}/presence", services.GetRequiredService<PresenceEndpoint>().ReadAsync,
                Operator(
                    View, "Tells who is online of a user or a group.", AddressSignatures.Presence, Json<WsmqApiPresence>(),
                    [.. ApiErrors.OfAddress, WsmqErrors.PresenceNotAllowed])),
            new(Get, "/addresses/{address}/events", tail.RunAsync,
                Operator(
                    View, "Streams new entries of a log.", AddressSignatures.Tail, Tail, [.. ApiErrors.OfAddress, .. ApiErrors.Reading])),
            new(Post, "/addresses/{address}/messages", messages.SendToAsync,
                Operator(
                    Send, "Sends a message to any address.", AddressSignatures.Send, Json<WsmqApiReceipt>(StatusCodes.Status201Created),
                    ApiErrors.Sending)),
        ];
    }

    public static ApiEndpoint[] OfDeadLetters(IServiceProvider services)
    {
        var letters = services.GetRequiredService<DeadLetterEndpoints>();
        return
        [
            new(Get, "/dead-letters", letters.SearchAsync,
                Operator(
                    View, "Searches the dead letters of all users.", AddressSignatures.DeadLetters, Json<WsmqApiDeadLetterPage>(),
                    ApiErrors.OfAddress)),
            new(Post, "/dead-letters/count", letters.CountAsync,
                Operator(
                    View, "Counts dead letters.", AddressSignatures.Count, Json<WsmqApiDeadLetterCount>(),
                    [.. ApiErrors.OfAddress, .. ApiErrors.WithBody])),
            new(Post, "/dead-letters/runs", letters.StartAsync,
                Any(
                    "Starts a run that replays or removes all that match. Needs the right Replay or Remove.", AddressSignatures.StartRun,
                    [.. Json<WsmqApiRun>(StatusCodes.Status201Created), .. Json<WsmqApiRun>()],
                    [.. ApiErrors.OfAddress, .. ApiErrors.WithBody, WsmqErrors.StoreFull])),
            new(Get, "/dead-letters/runs", letters.ListRunsAsync,
                Operator(View, "Lists runs.", Signatures.None, Json<WsmqApiRuns>())),
            new(Get, "/dead-letters/runs/{id}", letters.FindRunAsync,
                Operator(View, "Finds a run; null if there is none.", AddressSignatures.Run, Json<WsmqApiRun>())),
            new(Delete, "/dead-letters/runs/{id}", letters.StopRunAsync,
                Any(
                    "Stops a run; null if there is none. Needs the right with which it was started.", AddressSignatures.Run,
                    Json<WsmqApiRun>())),
        ];
    }

    private static EndpointText Any(
        string summary, Delegate signature, ProducesResponseTypeAttribute[] results, params WsmqError[] others) =>
        new(summary, signature, results, [.. ApiErrors.Operating, .. others]);
}
