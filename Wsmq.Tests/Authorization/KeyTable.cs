using System.Text;
using Wsmq.Tests.Api;

namespace Wsmq.Tests.Authorization;

/// <summary>
/// What API keys may do: for each endpoint the scope that it needs, and the outcome with it, without it and with one of another address.
/// A part of docs/authorization.md; <see cref="AuthorizationMatrixOfKeysTests"/> tests every cell.
/// </summary>
internal static class KeyTable
{
    /// <summary>The user that the keys are.</summary>
    public const string User = "key:actor";

    /// <summary>The actions of operators, and the four scopes that are none.</summary>
    public static readonly string[] Scopes =
    [
        "send", "read", "work", "queues",
        .. Enum.GetValues<WsmqAction>().Where(a => a is not (WsmqAction.ManageKeys or WsmqAction.Send)).Select(a => a.ToString()),
    ];

    public static readonly string[] Columns = ["all but it", "everywhere", "at the address", "at its kind", "at another address"];

    public const string Stream = "GET /logs (event stream)";

    public static IEnumerable<KeyRow> Rows =>
    [
        new("POST /messages", "send", "user:bob", "send-not-allowed"),
        new("DELETE /messages", KeyRow.AnyScope, "user:bob", AuthorizationTable.Ok),
        new("GET /messages/status", KeyRow.AnyScope, "user:bob", AuthorizationTable.Ok),
        new("GET /messages/tracked", KeyRow.AnyScope, "user:bob", AuthorizationTable.Ok),
        new("GET /messages/readers", KeyRow.AnyScope, "user:bob", AuthorizationTable.Ok),
        new("POST /requests", "send", "user:bob", "send-not-allowed") { Allowed = "no-responder" },
        new("GET /logs", "read", $"user:{User}", "read-not-allowed"),
        new("GET /logs/{address}", "read", $"user:{User}", "read-not-allowed"),
        new(Stream, "read", $"user:{User}", "read-not-allowed"),
        new("GET /state", "read", $"user:{User}", "read-not-allowed"),
        new("GET /history", "read", $"user:{User}", "history-not-allowed"),
        new("GET /presence", nameof(WsmqAction.View), "user:bob", "presence-not-allowed"),
        .. AuthorizationTable.QueueEndpoints.Keys.Select(endpoint =>
            new KeyRow(endpoint, "queues", "work:jobs", endpoint == "GET /queues" ? AuthorizationTable.None : "manage-not-allowed")),
        new(OperatorTests.AnyRight, KeyRow.AnyAction, "user:bob", "administer-not-allowed"),
        .. OperatorTests.Rights.Select(r => new KeyRow(r.Endpoint, ScopeOf(r.Action), TargetOf(r.Endpoint), "administer-not-allowed")),
    ];

    public static void Append(StringBuilder text)
    {
        text.Append("""
            ## API keys

            A program with a key, at an app whose authorizer allows everything: it is not asked. The second column is the scope that the
            endpoint needs, the third the address that the request concerns; `–` is none. The others are the outcomes for a key that has all
            scopes but this one, and for keys that have only this one: everywhere, at the address, at its kind (such as `user:*`), at another
            address. `send` and the action `Send` are one scope. Every key with `work` reads its own queue as well. No key has `ManageKeys`.
            `GET /rights` needs the scope of any action, of which `View` is asked here; there and at
            `GET /queues` the address is that of the question. A run is stopped with `Replay` or `Remove`, as it does one or the other.


            """);
        text.Append("| | scope | address | ").AppendJoin(" | ", Columns).Append(" |\n| ");
        text.AppendJoin(" | ", Enumerable.Repeat("---", 3 + Columns.Length)).Append(" |\n");
        foreach (var row in Rows)
        {
            text.Append("| ").Append(row.Endpoint).Append(" | ").Append(row.Scope).Append(" | ").Append(row.Target ?? "–").Append(" | ");
            text.AppendJoin(" | ", row.Expected()).Append(" |\n");
        }
    }

    // One word for both.
    private static string ScopeOf(WsmqAction action) => action == WsmqAction.Send ? "send" : action.ToString();

    // The first name in the path is that of what the request concerns.
    private static string? TargetOf(string endpoint) => endpoint.Split('/')[1] switch
    {
        "groups" => "group:some-group",
        "users" => "user:some-user",
        "addresses" when endpoint.Contains("{address}", StringComparison.Ordinal) => "user:bob",
        _ => null,
    };
}

/// <summary>An endpoint, as keys use it.</summary>
/// <param name="Endpoint">Its method and path.</param>
/// <param name="Scope">The scope that it needs.</param>
/// <param name="Target">The address that the request concerns; null if it concerns all of them.</param>
/// <param name="Refusal">The outcome without the scope.</param>
internal sealed record KeyRow(string Endpoint, string Scope, string? Target, string Refusal)
{
    public const string AnyAction = "any action";
    public const string AnyScope = "any";

    private const string StopRun = "DELETE /dead-letters/runs/{id}";

    /// <summary>The outcome of a request that the key may make.</summary>
    public string Allowed { get; init; } = AuthorizationTable.Ok;

    /// <summary>The expected outcomes, by <see cref="KeyTable.Columns"/>.</summary>
    public string[] Expected()
    {
        if (Scope == nameof(WsmqAction.ManageKeys))
            return [Refusal, .. Enumerable.Repeat("–", 4)];
        if (Scope == AnyScope)
            return [.. Enumerable.Repeat(AuthorizationTable.Ok, 5)];
        var there = Target is null ? Refusal : Allowed;

        // A connection of a worker opens the own queue. Who may replay may stop runs that replay: a run that removes looks like none.
        var without = Scope == "read" || Endpoint == StopRun ? AuthorizationTable.Ok : Refusal;
        return [without, Allowed, there, there, Refusal];
    }

    /// <summary>The scopes of the keys, by <see cref="KeyTable.Columns"/>.</summary>
    public string[][] Scopes()
    {
        var (name, target) = (Scope == AnyAction ? nameof(WsmqAction.View) : Scope == AnyScope ? "read" : Scope, Target ?? "user:bob");
        var others = Scope == AnyAction ? ["read", "work", "queues"] : KeyTable.Scopes.Where(s => s != Scope).ToArray();
        var kind = target.Split(':')[0];
        return Scope == nameof(WsmqAction.ManageKeys)
            ? [others]
            : [others, [name], [$"{name}:{target}"], [$"{name}:{kind}:*"], [$"{name}:{kind}:another"]];
    }
}
