// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title The OrderBook as others see it: its types, its events, its errors, and what other contracts call
/// @dev Every event of an order but CheckpointSkipped and CallbackCalled carries `n`, the order's own count of events from 1: a gap shows
/// that one was missed.
interface IOrderBook {
    enum Status {
        None,
        Open,
        Running,
        Closing,
        Completed,
        Cancelled,
        Expired,
        Disputed
    }

    /// @dev What a customer asks for. `externalId`: the customer's own id, unique for it, or 0. `manifestHash`: what to run. `unitPrice`: the
    /// price of a unit in all, assets included. `slots`: how many leases it needs. `authorityKeyHash`: SHA-256 of x‖y of the key that signs
    /// its leases. `endsAt`: from when anyone may expire it. `disputeWindow`: seconds after the report in which the customer may dispute, or 0.
    /// `unitsPerSecondMax`: units count up to this times the seconds since it first ran; 0: no limit. `callback`: an IOrderCallback, or 0.
    struct Request {
        bytes32 externalId;
        bytes32 manifestHash;
        address token;
        uint128 deposit;
        uint128 unitPrice;
        uint8 slots;
        bytes32 authorityKeyHash;
        uint64 endsAt;
        uint32 disputeWindow;
        uint32 unitsPerSecondMax;
        address callback;
    }

    struct AssetUse {
        uint64 offerId;
        uint32 version;
    }

    /// @dev An asset as the order pinned it.
    struct Asset {
        uint64 offerId;
        uint32 version;
        address owner;
        uint128 unitPrice;
    }

    /// @dev `units` is the order's total. `drawn` is what is in sub-orders now, or was consumed by them. paid + refunded + drawn == deposit in
    /// every terminal state.
    struct Order {
        address customer;
        uint64 endsAt;
        Status status;
        uint8 slots;
        uint8 leasedSlots;
        bool reported;
        uint8 assets;
        uint8 openChildren;
        address token;
        uint32 events;
        uint32 disputeWindow;
        uint32 unitsPerSecondMax;
        address callback;
        uint64 parentId;
        uint64 startedAt;
        uint64 reportedAt;
        uint32 policyVersion;
        bytes32 manifestHash;
        bytes32 authorityKeyHash;
        bytes32 externalId;
        bytes32 reportHash;
        uint128 deposit;
        uint128 unitPrice;
        uint128 computePrice;
        uint128 drawn;
        uint128 units;
        uint128 paid;
        uint128 refunded;
    }

    /// @dev `fromUnits`: the order's units when the lease began.
    struct Lease {
        address provider;
        uint32 epoch;
        uint64 offerId;
        bytes32 keyHash;
        uint128 fromUnits;
    }

    /// @dev A P-256 public key (x, y) and its signature (r, s) with s at most half the group order.
    struct KeySignature {
        bytes32 x;
        bytes32 y;
        bytes32 r;
        bytes32 s;
    }

    /// @dev `units`: what slot 0's lease of this epoch has served since it began. `key`: that lease's key over `checkpointDigest`.
    struct Checkpoint {
        uint64 orderId;
        uint32 epoch;
        uint128 units;
        KeySignature key;
    }

    event OrderPlaced(
        uint64 indexed orderId,
        address indexed customer,
        bytes32 indexed externalId,
        Request request,
        uint128 computePrice,
        uint64 parentId,
        uint32 policyVersion,
        uint32 n
    );
    event AssetUsed(uint64 indexed orderId, uint64 indexed offerId, uint32 version, address owner, uint128 unitPrice, uint32 n);
    event DepositAdded(uint64 indexed orderId, address indexed from, uint128 amount, uint32 n);
    event LeaseAssigned(
        uint64 indexed orderId,
        uint8 slot,
        uint32 epoch,
        address indexed provider,
        uint64 offerId,
        bytes32 measurement,
        bytes32 keyHash,
        uint128 fromUnits,
        uint32 n
    );
    event LeasePaid(uint64 indexed orderId, uint8 slot, uint32 epoch, address indexed provider, uint128 amount, uint32 n);
    event OrderRunning(uint64 indexed orderId, uint32 n);
    event OrderClosing(uint64 indexed orderId, uint64 endsAt, uint32 n);
    event UsageCheckpoint(uint64 indexed orderId, uint32 epoch, uint128 units, uint128 total, uint32 n);
    event CheckpointSkipped(uint64 indexed orderId, uint32 epoch, uint128 units);
    event ReportSubmitted(uint64 indexed orderId, uint32 epoch, bytes32 reportHash, uint128 units, uint128 total, uint32 n);
    event OrderDisputed(uint64 indexed orderId, uint32 n);
    event OrderSettled(uint64 indexed orderId, uint128 paid, uint128 refunded, uint32 n);
    event OrderCancelled(uint64 indexed orderId, uint128 refunded, uint32 n);
    event OrderExpired(uint64 indexed orderId, uint128 paid, uint128 refunded, uint32 n);
    event SubOrderPlaced(uint64 indexed parentId, uint64 indexed orderId, uint128 deposit, uint32 n);
    event SubOrderEnded(uint64 indexed parentId, uint64 indexed orderId, uint128 returned, uint32 n);
    event CallbackCalled(uint64 indexed orderId, bool success);

    error ZeroAddress();
    error DepositTooSmall(uint128 given, uint128 needed);
    error SlotsOutOfRange(uint8 given, uint8 max);
    error EndsInThePast(uint64 endsAt, uint64 timeNow);
    error EndsTooLate(uint64 endsAt, uint64 latest);
    error DisputeWindowTooLong(uint32 given, uint32 max);
    error TooManyAssets(uint256 given, uint256 max);
    error AssetsTooDear(uint256 assetsPrice, uint128 unitPrice);
    error ExternalIdMissing();
    error ExternalIdUsed(address customer, bytes32 externalId);
    error SignatureExpired(uint64 deadline, uint64 timeNow);
    error UnknownOrder(uint64 orderId);
    error WrongStatus(uint64 orderId, Status status);
    error UnknownSlot(uint8 given, uint8 slots);
    error StaleEpoch(uint32 given, uint32 current);
    error StaleUnits(uint128 given, uint128 current);
    error MeasurementNotActive(bytes32 measurement);
    error WrongKey(bytes32 given, bytes32 expected);
    error BadSignature();
    error BatchTooLarge(uint256 given, uint256 max);
    error NotCustomer(address caller);
    error NotCourt(address caller);
    error ReportAlreadySubmitted(uint64 orderId);
    error NoReport(uint64 orderId);
    error NotYetEnded(uint64 endsAt, uint64 timeNow);
    error DisputeWindowOpen(uint64 until, uint64 timeNow);
    error DisputeWindowOver(uint64 until, uint64 timeNow);
    error BpsOutOfRange(uint16 given, uint16 max);
    error SubOrderOfSubOrder(uint64 orderId);
    error DepositOfSubOrder(uint64 orderId);
    error OtherToken(address given, address expected);
    error TooManySubOrders(uint64 orderId, uint8 max);
    error SliceTooSmall(uint64 orderId, uint256 free, uint128 asked);
    error OpenSubOrders(uint64 orderId, uint8 open);
    error TooLittleGas(uint256 given, uint256 needed);

    /// @notice Places an order and locks its deposit, which the caller must have approved to the vault.
    /// @param request What is asked for.
    /// @param assets The models, data sets and engines that it uses; 8 at most, in the order's token.
    /// @return orderId The order, from 1.
    function placeOrder(Request calldata request, AssetUse[] calldata assets) external returns (uint64 orderId);

    /// @notice Freezes an order that has reported, while its window lasts. Only the DisputeCourt.
    /// @param orderId The order.
    function dispute(uint64 orderId) external;

    /// @notice Ends a disputed order. Only the DisputeCourt.
    /// @param orderId The order.
    /// @param customerBps What of every part that is not yet paid goes to the customer, in 1/10000.
    function resolve(uint64 orderId, uint16 customerBps) external;

    /// @notice An order; one that does not exist has status None.
    /// @param orderId The order.
    function getOrder(uint64 orderId) external view returns (Order memory);

    /// @notice An order's state alone.
    /// @param orderId The order.
    function statusOf(uint64 orderId) external view returns (Status);

    /// @notice The current lease of a slot; one that never had a lease has epoch 0.
    /// @param orderId The order.
    /// @param slot The slot.
    function getLease(uint64 orderId, uint8 slot) external view returns (Lease memory);
}
