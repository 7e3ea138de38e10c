namespace Wsmq.Server.Authorization;

/// <summary>Checks that a user identifier cannot be mistaken for another one: parsing an address does not check that.</summary>
internal static class UserIdentifiers
{
    /// <returns>The address, unchanged.</returns>
    /// <exception cref="WsmqException"><c>invalid-name</c>: the user's identifier could be mistaken for another one.</exception>
    public static WsmqAddress Judge(this WsmqAccessOptions options, WsmqAddress address) =>
        address.Kind != WsmqAddressKind.User || options.AllowLookAlikeUserIdentifiers
        || NameRules.Check(address.Name, WsmqAddress.MaxNameBytes, isJudged: true, out var error, out var detail)
            ? address
            : throw new WsmqException(error, detail);
}
