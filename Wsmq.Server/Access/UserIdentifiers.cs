namespace Wsmq.Server.Access;

/// <summary>Whether user identifiers may look like each other: an address alone does not say.</summary>
internal static class UserIdentifiers
{
    /// <returns>The address.</returns>
    /// <exception cref="WsmqException"><c>invalid-name</c>: it is of a user whose identifier could be taken for another one.</exception>
    public static WsmqAddress Judge(this WsmqAccessOptions options, WsmqAddress address) =>
        address.Kind != WsmqAddressKind.User || options.VouchedUserIdentifiers
        || NameRules.Check(address.Name, WsmqAddress.MaxNameBytes, isJudged: true, out var error, out var detail)
            ? address
            : throw new WsmqException(error, detail);
}
