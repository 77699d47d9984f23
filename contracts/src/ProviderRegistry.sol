// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Clock} from "./Clock.sol";
import {EscrowVault} from "./EscrowVault.sol";
import {MeasurementRegistry} from "./MeasurementRegistry.sol";
import {Wired} from "./Wired.sol";

/// @title Providers, their stakes and their nodes' keys
/// @notice A provider is an account that registered. Each lease locks a part of its stake until the order is over; only the DisputeCourt takes
/// from that, and never more than is locked for the order in question. What is free can be withdrawn after a cooldown.
contract ProviderRegistry is Wired {
    struct Provider {
        address payout;
        bytes32 metadataHash;
        uint128 staked;
        uint128 locked;
        uint128 unstaking;
        uint64 unstakeAt;
    }

    struct NodeKey {
        bytes32 keyHash;
        bytes32 measurement;
        uint64 expiresAt;
    }

    /// @notice The longest that a node's key is good for without being attested again.
    uint64 public constant NODE_KEY_MAX = 90 days;

    /// @notice Where the stakes are.
    EscrowVault public immutable VAULT;

    /// @notice The token of the stakes.
    IERC20 public immutable STAKE_TOKEN;

    /// @notice What each lease locks.
    uint128 public immutable STAKE_PER_LEASE;

    /// @notice Seconds from the request until stake can be withdrawn.
    uint64 public immutable COOLDOWN;

    /// @notice Which measurements a node may have.
    MeasurementRegistry public immutable MEASUREMENTS;

    /// @notice Who may slash; set once, with the OrderBook.
    address public court;

    /// @notice What of a provider's stake is locked for an order.
    mapping(address provider => mapping(uint64 orderId => uint128 amount)) public lockedFor;

    mapping(address provider => Provider) private _providers;
    mapping(address provider => mapping(bytes32 nodeId => NodeKey)) private _nodeKeys;

    event ProviderRegistered(address indexed provider, address payout, bytes32 metadataHash);
    event StakeChanged(address indexed provider, uint128 staked, uint128 locked, uint128 unstaking);
    event UnstakeRequested(address indexed provider, uint128 amount, uint64 availableAt);
    event Slashed(address indexed provider, uint64 indexed orderId, uint128 amount, address to);
    event NodeKeySet(address indexed provider, bytes32 indexed nodeId, bytes32 keyHash, bytes32 measurement, uint64 expiresAt);

    error NotCourt(address caller);
    error NotRegistered(address provider);
    error ZeroAmount();
    error StakeTooSmall(address provider, uint128 free, uint128 needed);
    error NothingToUnstake(address provider);
    error NotYetAvailable(uint64 availableAt, uint64 timeNow);
    error NotLocked(address provider, uint64 orderId, uint128 locked, uint128 asked);
    error NodeKeyExpired(address provider, bytes32 nodeId, uint64 expiresAt);
    error KeyLifeOutOfRange(uint64 expiresAt, uint64 latest);
    error MeasurementNotActive(bytes32 measurement);

    /// @param vault The vault, whose deployer must name this contract as a mover.
    /// @param stakeToken The token of the stakes.
    /// @param stakePerLease What each lease locks; 0: leases need no stake.
    /// @param cooldown Seconds from the request until stake can be withdrawn.
    /// @param measurements Which measurements a node may have.
    constructor(EscrowVault vault, IERC20 stakeToken, uint128 stakePerLease, uint64 cooldown, MeasurementRegistry measurements) {
        if (address(vault) == address(0) || address(stakeToken) == address(0) || address(measurements) == address(0)) revert ZeroAddress();
        VAULT = vault;
        STAKE_TOKEN = stakeToken;
        STAKE_PER_LEASE = stakePerLease;
        COOLDOWN = cooldown;
        MEASUREMENTS = measurements;
    }

    /// @notice Names who locks and who slashes. Works once, for the deployer.
    /// @param book The OrderBook.
    /// @param court_ The DisputeCourt.
    function setOrderBook(address book, address court_) external {
        if (court_ == address(0)) revert ZeroAddress();
        _setOrderBook(book);
        court = court_;
    }

    /// @notice Registers the caller as a provider, or changes what it said before.
    /// @param payout Who is credited with what the provider earns and unstakes.
    /// @param metadataHash The hash of what it says of itself, kept elsewhere.
    function register(address payout, bytes32 metadataHash) external {
        if (payout == address(0)) revert ZeroAddress();
        Provider storage provider = _providers[msg.sender];
        provider.payout = payout;
        provider.metadataHash = metadataHash;
        emit ProviderRegistered(msg.sender, payout, metadataHash);
    }

    /// @notice Adds to the caller's stake, which the caller must have approved to the vault.
    /// @param amount How much.
    function stake(uint128 amount) external {
        Provider storage provider = _registered(msg.sender);
        if (amount == 0) revert ZeroAmount();
        provider.staked += amount;
        _changed(msg.sender, provider);
        VAULT.lock(_purse(msg.sender), address(STAKE_TOKEN), msg.sender, amount);
    }

    /// @notice Asks for free stake back. There is one request: another adds to it, and its time begins anew.
    /// @param amount How much of what is neither locked nor asked for already.
    function requestUnstake(uint128 amount) external {
        Provider storage provider = _registered(msg.sender);
        if (amount == 0) revert ZeroAmount();
        uint128 free = _free(provider);
        if (amount > free) revert StakeTooSmall(msg.sender, free, amount);
        provider.unstaking += amount;
        provider.unstakeAt = Clock.timeNow() + COOLDOWN;
        emit UnstakeRequested(msg.sender, amount, provider.unstakeAt);
        _changed(msg.sender, provider);
    }

    /// @notice Credits the caller's payout with what it asked for, after the cooldown.
    function unstake() external {
        Provider storage provider = _registered(msg.sender);
        uint128 amount = provider.unstaking;
        if (amount == 0) revert NothingToUnstake(msg.sender);
        if (Clock.timeNow() < provider.unstakeAt) revert NotYetAvailable(provider.unstakeAt, Clock.timeNow());
        provider.unstaking = 0;
        provider.staked -= amount;
        _changed(msg.sender, provider);
        VAULT.release(_purse(msg.sender), provider.payout, amount);
    }

    /// @notice Sets the attested key of a node of the caller.
    /// @param nodeId The node.
    /// @param keyHash SHA-256 of x‖y of its P-256 key.
    /// @param measurement What its evidence showed; must be active.
    /// @param expiresAt From when the node gets no new lease, in seconds since 1970; at most NODE_KEY_MAX ahead.
    function setNodeKey(bytes32 nodeId, bytes32 keyHash, bytes32 measurement, uint64 expiresAt) external {
        _registered(msg.sender);
        uint64 latest = Clock.timeNow() + NODE_KEY_MAX;
        if (expiresAt <= Clock.timeNow() || expiresAt > latest) revert KeyLifeOutOfRange(expiresAt, latest);
        if (!MEASUREMENTS.isActive(measurement)) revert MeasurementNotActive(measurement);
        _nodeKeys[msg.sender][nodeId] = NodeKey({keyHash: keyHash, measurement: measurement, expiresAt: expiresAt});
        emit NodeKeySet(msg.sender, nodeId, keyHash, measurement, expiresAt);
    }

    /// @notice Gives a node of the caller no new lease. Told by NodeKeySet with zeros.
    /// @param nodeId The node.
    function revokeNodeKey(bytes32 nodeId) external {
        delete _nodeKeys[msg.sender][nodeId];
        emit NodeKeySet(msg.sender, nodeId, 0, 0, 0);
    }

    /// @notice Locks the stake of one lease.
    /// @param account The provider: registered, with enough free stake.
    /// @param nodeId Its node: with a key that has not expired and a measurement that is active.
    /// @param orderId The order.
    function lockForLease(address account, bytes32 nodeId, uint64 orderId) external onlyOrderBook {
        Provider storage provider = _registered(account);
        NodeKey storage key = _nodeKeys[account][nodeId];
        if (key.expiresAt <= Clock.timeNow()) revert NodeKeyExpired(account, nodeId, key.expiresAt);
        if (!MEASUREMENTS.isActive(key.measurement)) revert MeasurementNotActive(key.measurement);
        if (STAKE_PER_LEASE == 0) return;
        uint128 free = _free(provider);
        if (free < STAKE_PER_LEASE) revert StakeTooSmall(account, free, STAKE_PER_LEASE);
        provider.locked += STAKE_PER_LEASE;
        lockedFor[account][orderId] += STAKE_PER_LEASE;
        _changed(account, provider);
    }

    /// @notice Frees the stake of one lease of an order.
    /// @param account The provider.
    /// @param orderId The order.
    function unlock(address account, uint64 orderId) external onlyOrderBook {
        uint128 held = lockedFor[account][orderId];
        _unlock(account, orderId, held < STAKE_PER_LEASE ? held : STAKE_PER_LEASE);
    }

    /// @notice Frees all that is locked for an order.
    /// @param account The provider.
    /// @param orderId The order.
    function unlockAll(address account, uint64 orderId) external onlyOrderBook {
        _unlock(account, orderId, lockedFor[account][orderId]);
    }

    /// @notice Takes stake that is locked for an order.
    /// @param account The provider.
    /// @param orderId The order.
    /// @param amount At most what is locked for that order.
    /// @param to Who is credited with it.
    function slash(address account, uint64 orderId, uint128 amount, address to) external {
        if (msg.sender != court) revert NotCourt(msg.sender);
        uint128 held = lockedFor[account][orderId];
        if (amount > held) revert NotLocked(account, orderId, held, amount);
        Provider storage provider = _providers[account];
        lockedFor[account][orderId] = held - amount;
        provider.locked -= amount;
        provider.staked -= amount;
        emit Slashed(account, orderId, amount, to);
        _changed(account, provider);
        VAULT.release(_purse(account), to, amount);
    }

    /// @notice A provider; one that never registered has payout 0.
    /// @param account The provider.
    function providerOf(address account) external view returns (Provider memory) {
        return _providers[account];
    }

    /// @notice Who is credited with what a provider earns.
    /// @param account The provider.
    function payoutOf(address account) external view returns (address) {
        return _providers[account].payout;
    }

    /// @notice The key of a node; one that has none has expiresAt 0.
    /// @param account The provider.
    /// @param nodeId The node.
    function nodeKey(address account, bytes32 nodeId) external view returns (NodeKey memory) {
        return _nodeKeys[account][nodeId];
    }

    function _unlock(address account, uint64 orderId, uint128 amount) private {
        if (amount == 0) return;
        Provider storage provider = _providers[account];
        lockedFor[account][orderId] -= amount;
        provider.locked -= amount;
        _changed(account, provider);
    }

    function _changed(address account, Provider storage provider) private {
        emit StakeChanged(account, provider.staked, provider.locked, provider.unstaking);
    }

    function _registered(address account) private view returns (Provider storage provider) {
        provider = _providers[account];
        if (provider.payout == address(0)) revert NotRegistered(account);
    }

    function _free(Provider storage provider) private view returns (uint128) {
        return provider.staked - provider.locked - provider.unstaking;
    }

    function _purse(address account) private pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }
}
