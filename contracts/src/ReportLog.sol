// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IOrderBook} from "./IOrderBook.sol";
import {KeySignatures} from "./KeySignatures.sol";
import {Wired} from "./Wired.sol";

/// @title The hashes of integrity reports, chained for each order
/// @notice Who has all the reports of an order can show, by the head of its chain alone, that none was added, changed or left out.
contract ReportLog is Wired {
    struct Head {
        bytes32 hash;
        uint32 count;
    }

    bytes32 private constant POST_DOMAIN = "SwarmCompute.Post.v1";

    mapping(uint64 orderId => Head) private _heads;
    mapping(uint64 orderId => mapping(bytes32 entry => bool)) private _posted;

    event ReportPosted(
        uint64 indexed orderId, uint8 slot, uint32 epoch, bytes32 indexed reportHash, bytes32 keyHash, bytes32 head, uint32 count
    );

    error WrongStatus(uint64 orderId, IOrderBook.Status status);
    error StaleEpoch(uint32 given, uint32 current);
    error AlreadyPosted(uint64 orderId, bytes32 reportHash);

    /// @notice Names who appends the final reports. Works once, for the deployer.
    /// @param book The OrderBook.
    function setOrderBook(address book) external {
        _setOrderBook(book);
    }

    /// @notice Adds the report that ends an order. One that was posted before is not added again.
    /// @param orderId The order.
    /// @param slot The slot whose lease reports.
    /// @param epoch Its epoch.
    /// @param reportHash The hash of the report.
    /// @param keyHash SHA-256 of x‖y of the key that signed it.
    function append(uint64 orderId, uint8 slot, uint32 epoch, bytes32 reportHash, bytes32 keyHash) external onlyOrderBook {
        if (!_posted[orderId][_entry(slot, epoch, reportHash)]) _append(orderId, slot, epoch, reportHash, keyHash);
    }

    /// @notice Adds a report of any slot's current lease, while the order is running or closing. Anyone may send what its key signed.
    /// @param orderId The order.
    /// @param slot The slot.
    /// @param epoch Its current epoch.
    /// @param reportHash The hash of the report; once for each slot and epoch.
    /// @param key The lease's key and its signature over `postDigest`.
    function post(uint64 orderId, uint8 slot, uint32 epoch, bytes32 reportHash, IOrderBook.KeySignature calldata key) external {
        IOrderBook book = IOrderBook(orderBook);
        IOrderBook.Status status = book.statusOf(orderId);
        if (status != IOrderBook.Status.Running && status != IOrderBook.Status.Closing) revert WrongStatus(orderId, status);
        IOrderBook.Lease memory lease = book.getLease(orderId, slot);
        if (epoch != lease.epoch || epoch == 0) revert StaleEpoch(epoch, lease.epoch);
        if (_posted[orderId][_entry(slot, epoch, reportHash)]) revert AlreadyPosted(orderId, reportHash);
        KeySignatures.checkKey(key, lease.keyHash);
        KeySignatures.check(key, postDigest(orderId, slot, epoch, reportHash));
        _append(orderId, slot, epoch, reportHash, lease.keyHash);
    }

    /// @notice The end of an order's chain: head' = keccak256(abi.encode(head, slot, epoch, reportHash, keyHash)), from 0.
    /// @param orderId The order.
    /// @return hash The head.
    /// @return count How many reports are in it.
    function head(uint64 orderId) external view returns (bytes32 hash, uint32 count) {
        return (_heads[orderId].hash, _heads[orderId].count);
    }

    /// @notice What a lease's key signs to post a report.
    /// @param orderId The order.
    /// @param slot The slot.
    /// @param epoch Its epoch.
    /// @param reportHash The hash of the report.
    function postDigest(uint64 orderId, uint8 slot, uint32 epoch, bytes32 reportHash) public view returns (bytes32) {
        return sha256(abi.encode(POST_DOMAIN, block.chainid, address(this), orderId, slot, epoch, reportHash));
    }

    function _append(uint64 orderId, uint8 slot, uint32 epoch, bytes32 reportHash, bytes32 keyHash) private {
        _posted[orderId][_entry(slot, epoch, reportHash)] = true;
        Head storage last = _heads[orderId];
        // forge-lint: disable-next-line(asm-keccak256)
        last.hash = keccak256(abi.encode(last.hash, slot, epoch, reportHash, keyHash));
        emit ReportPosted(orderId, slot, epoch, reportHash, keyHash, last.hash, ++last.count);
    }

    function _entry(uint8 slot, uint32 epoch, bytes32 reportHash) private pure returns (bytes32) {
        // forge-lint: disable-next-line(asm-keccak256)
        return keccak256(abi.encode(slot, epoch, reportHash));
    }
}
