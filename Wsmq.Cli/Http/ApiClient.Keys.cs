using System.Text.Json;

namespace Wsmq.Cli.Http;

/// <summary>API keys of programs.</summary>
internal sealed partial class ApiClient
{
    private const string Keys = "keys";

    public Task<ApiAnswer<ApiNewKey>> CreateKeyAsync(string name, IReadOnlyList<string> scopes, DateTimeOffset? expires, CancellationToken stop)
    {
        var body = new { Name = name, Scopes = scopes, Expires = expires?.ToUnixTimeMilliseconds() };
        return AskAsync<ApiNewKey>(ApiRequest.Post(Keys) with { Body = JsonSerializer.Serialize(body, BodyOptions) }, stop);
    }

    public Task<IReadOnlyList<ApiAnswer<ApiKey>>> ListKeysAsync(CancellationToken stop) => ListAsync<ApiKey>(ApiRequest.Get(Keys), stop);

    /// <summary>Returns false if there is no key with the id.</summary>
    public async Task<bool> RevokeKeyAsync(string id, CancellationToken stop) =>
        (await AskAsync<bool>(ApiRequest.Delete(Keys, id), stop)).Value;
}

/// <summary>A key without its secret.</summary>
internal sealed record ApiKey(string Id, string Name, string[] Scopes, long CreatedAt, long? ExpiresAt);

/// <summary>A key that was just created.</summary>
/// <param name="Id">Its id.</param>
/// <param name="User">The user that it is.</param>
/// <param name="Key">What the program sends.</param>
internal sealed record ApiNewKey(string Id, string User, string Key);
